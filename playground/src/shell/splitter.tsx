/** Divides the width between the two sides: by dragging, or by the arrow keys. */

import type { JSX } from "preact";
import { set, settings } from "../state/store";

const LEAST = 25;
const MOST = 70;
const STEP = 5;

export function Splitter(): JSX.Element {
  const { split } = settings.value;
  const move = (to: number): void => set({ split: Math.round(Math.min(MOST, Math.max(LEAST, to))) });
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: split - STEP, ArrowRight: split + STEP, Home: LEAST, End: MOST }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const onPointerDown = (event: JSX.TargetedPointerEvent<HTMLDivElement>): void => {
    const bar = event.currentTarget;
    const frame = bar.parentElement?.getBoundingClientRect();
    if (frame === undefined) return;
    bar.setPointerCapture(event.pointerId);
    bar.onpointermove = ({ clientX }) => move(((clientX - frame.left) / frame.width) * 100);
    bar.onpointerup = () => (bar.onpointermove = null);
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the contract"
      aria-valuenow={split}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
    />
  );
}
