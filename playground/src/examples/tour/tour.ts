/** The tour's course: begun, gone on with, left and resumed. The step is a setting, so it outlives the page. */

import { effect } from "@preact/signals";
import { showPanel } from "../../shell/navigate";
import { offerBack, wholeWorkspace } from "../../shell/way-back";
import { replaceWorkspace, set, settings, workspace } from "../../state/store";
import type { Workspace } from "../../state/workspace";
import { announce, toast } from "../../widgets";
import { listExamples, openExample, tell } from "../open";
import { panelOf, type Since, STEPS, TOUR_EXAMPLE, type TourStep } from "./steps";

/** The step that is shown; null while the tour is not on. */
export function shownStep(): { readonly step: TourStep; readonly index: number } | null {
  const { tourOn, tourStep } = settings.value;
  const step = tourOn && tourStep !== null ? STEPS[tourStep] : undefined;
  return step === undefined || tourStep === null ? null : { step, index: tourStep };
}

/** Begins anew, with the example that the steps speak of; what was open can be had back. */
export async function beginTour(): Promise<void> {
  const before = await openTourExample().catch(tell);
  if (before === null) return;
  offerBack(`The tour opened ${workspace.peek().title}.`, before, {
    ...wholeWorkspace,
    write: (other) => {
      leaveTour();
      replaceWorkspace(other);
    },
  });
  goTo(0);
}

async function openTourExample(): Promise<Workspace | null> {
  const entry = (await listExamples()).find(({ name }) => name === TOUR_EXAMPLE);
  if (entry === undefined) throw new Error("The example of the tour is missing.");
  return openExample(entry);
}

export function resumeTour(): void {
  goTo(settings.peek().tourStep ?? 0);
}

/** The step stays: the tour can be resumed there. */
export function leaveTour(): void {
  set({ tourOn: false });
}

export function goTo(index: number): void {
  const step = STEPS[index];
  if (step === undefined) {
    set({ tourOn: false, tourStep: null });
    toast("That was the tour. The other examples are under Examples.");
    return;
  }
  set({ tourOn: true, tourStep: index });
}

/** Watches whether the step was done, and shows its panel when it begins. */
export function followTour(): () => void {
  let began = -1;
  let since: Since = { workspace: workspace.peek() };
  return effect(() => {
    const shown = shownStep();
    if (shown === null) {
      began = -1;
      return;
    }
    const { step, index } = shown;
    if (index !== began) {
      began = index;
      since = { workspace: workspace.peek() };
      announce(`Tour, step ${index + 1} of ${STEPS.length}: ${step.title}. ${step.text}`);
      const panel = panelOf(step);
      if (panel !== null) queueMicrotask(() => showPanel(panel));
    }
    if (step.done?.(since) === true) queueMicrotask(() => goTo(index + 1));
  });
}
