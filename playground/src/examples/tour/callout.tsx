/** The callout of the tour: beside the control that it speaks of. The page stays in use; nothing is covered or locked. */

import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { narrow } from "../../shell/navigate";
import { announce, registerShortcuts } from "../../widgets";
import { placed, type Rect } from "./place";
import { STEPS, type TourStep } from "./steps";
import { followTour, goTo, leaveTour, shownStep } from "./tour";
import "./tour.css";

/** Controls come and go with the answers: so often it is looked where they are. */
const LOOK_MS = 200;

export function Tour(): JSX.Element | null {
  useEffect(followTour, []);
  const shown = shownStep();
  return shown === null ? null : <Callout key={shown.index} {...shown} />;
}

interface Props {
  readonly step: TourStep;
  readonly index: number;
}

function Callout({ step, index }: Props): JSX.Element {
  const box = useRef<HTMLElement>(null);
  const rect = useRect(step.anchor, true);
  const free = useRect(step.around ?? step.anchor, false);
  const inUpperHalf = rect === null || rect.top + rect.height / 2 < innerHeight / 2;
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const heading = useId();
  const text = useId();
  const isNarrow = narrow.value;
  const [visits, setVisits] = useState(0);
  const goThere = (): void => {
    // Also where the mouse asked for it and the control was in sight: something has to be seen.
    setVisits(visits + 1);
    focusOn(step.anchor());
  };
  useLayoutEffect(() => {
    const size = box.current?.getBoundingClientRect();
    if (size === undefined || isNarrow) return;
    const next = placed(rect, free, size, { width: innerWidth, height: innerHeight });
    if (next.left !== place.left || next.top !== place.top) setPlace(next);
  });
  useEffect(
    () => registerShortcuts({ keys: "Alt+t", label: "To the tour's callout", run: () => box.current?.querySelector<HTMLElement>(".primary")?.focus() }),
    [],
  );
  const isLast = index === STEPS.length - 1;
  const side = isNarrow ? (inUpperHalf ? " at-bottom" : " at-top") : "";
  return (
    <>
      {rect === null ? null : <div key={visits} class={visits === 0 ? "tour-ring" : "tour-ring visited"} aria-hidden="true" style={pixels(rect)} />}
      <section ref={box} class={`tour${side}`} role="dialog" aria-modal={false} aria-labelledby={heading} aria-describedby={text} style={isNarrow ? (inUpperHalf ? undefined : { top: `${belowTabs()}px` }) : pixels(place)}>
        <h2 id={heading}>
          <span class="hint">{`${index + 1} of ${STEPS.length}`}</span> {step.title}
        </h2>
        <p id={text}>{step.text}</p>
        <div class="row">
          <button type="button" class={step.done === undefined ? "" : "primary"} onClick={goThere}>
            Go there
          </button>
          <button type="button" class={step.done === undefined ? "primary" : ""} onClick={() => goTo(index + 1)}>
            {isLast ? "Finish" : step.done === undefined ? "Next" : "Skip"}
          </button>
          {index === 0 ? null : (
            <button type="button" onClick={() => goTo(index - 1)}>
              Back
            </button>
          )}
          <button type="button" class="link" onClick={leaveTour}>
            Leave the tour
          </button>
        </div>
      </section>
    </>
  );
}

/** Where an element is, also when it comes and goes; with `reveal` it is brought into view once. */
function useRect(anchor: TourStep["anchor"], reveal: boolean): Rect | null {
  const [rect, setRect] = useState<Rect | null>(null);
  useEffect(() => {
    let found = false;
    const look = (): void => {
      const element = anchor();
      if (reveal && element !== null && !found) element.scrollIntoView({ block: "nearest", inline: "nearest" });
      found ||= element !== null;
      const next = element?.getBoundingClientRect() ?? null;
      setRect((before) => (same(before, next) ? before : next && { left: next.left, top: next.top, width: next.width, height: next.height }));
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    addEventListener("resize", look);
    addEventListener("scroll", look, true);
    return () => {
      clearInterval(timer);
      removeEventListener("resize", look);
      removeEventListener("scroll", look, true);
    };
  }, [anchor]);
  return rect;
}

function same(a: Rect | null, b: Rect | null): boolean {
  if (a === null || b === null) return a === b;
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}

/** To what can be operated: the control, or the first one in it. */
function focusOn(element: HTMLElement | null): void {
  if (element === null) announce("It is not on the page yet: the answer is still on its way, or the step before was skipped.");
  const target = element?.matches("button, [tabindex]") === true ? element : element?.querySelector<HTMLElement>("button, [tabindex]");
  target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  target?.focus();
}

/** On a narrow screen, so that head and tabs can be used. */
function belowTabs(): number {
  return (document.querySelector("#main .tab-panel")?.getBoundingClientRect().top ?? 0) + 8;
}

function pixels(of: Partial<Rect>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, `${value}px`]));
}
