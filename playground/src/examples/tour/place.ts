/** Where a callout stands: beside what it speaks of, in sight, and never over it. */

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const GAP = 12;
const EDGE = 8;

/** The corner of a callout of this size: below, above, beside the anchor, or in the corner of the window where nothing else fits. */
export function placed(anchor: Rect | null, callout: Size, window: Size): { readonly left: number; readonly top: number } {
  const corner = { left: EDGE, top: window.height - callout.height - EDGE };
  if (anchor === null) return corner;
  const { left, top, width, height } = anchor;
  const candidates = [
    { left, top: top + height + GAP },
    { left, top: top - callout.height - GAP },
    { left: left - callout.width - GAP, top },
    { left: left + width + GAP, top },
  ].map((place) => moveIn(place, callout, window));
  return candidates.find((place) => !overlap({ ...place, ...callout }, anchor)) ?? corner;
}

function moveIn({ left, top }: { left: number; top: number }, { width, height }: Size, window: Size): { left: number; top: number } {
  return {
    left: Math.max(EDGE, Math.min(left, window.width - width - EDGE)),
    top: Math.max(EDGE, Math.min(top, window.height - height - EDGE)),
  };
}

function overlap(a: Rect, b: Rect): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}
