/** Divides the space between two parts of the page: by dragging, or by the arrow keys. */

import type { JSX } from "preact";

interface Props {
  readonly label: string;
  /** The share of the part before it, in percent. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onMove: (value: number) => void;
  /** How the bar itself stands: upright between two sides, or lying between above and below. */
  readonly bar: "vertical" | "horizontal";
}

const STEP = 5;

export function Splitter({ label, value, least, most, onMove, bar }: Props): JSX.Element {
  const upright = bar === "vertical";
  const move = (to: number): void => onMove(Math.round(Math.min(most, Math.max(least, to))));
  const onKeyDown = (event: KeyboardEvent): void => {
    const [back, on] = upright ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const to = { [back]: value - STEP, [on]: value + STEP, Home: least, End: most }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const onPointerDown = (event: JSX.TargetedPointerEvent<HTMLDivElement>): void => {
    const line = event.currentTarget;
    const frame = line.parentElement?.getBoundingClientRect();
    if (frame === undefined) return;
    line.setPointerCapture(event.pointerId);
    line.onpointermove = ({ clientX, clientY }) =>
      move((upright ? (clientX - frame.left) / frame.width : (clientY - frame.top) / frame.height) * 100);
    line.onpointerup = () => (line.onpointermove = null);
  };
  return (
    <div
      class={`splitter ${bar}`}
      role="separator"
      aria-orientation={bar}
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
    />
  );
}
