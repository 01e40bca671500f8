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

/**
 * The corner of a callout of this size: below, above or beside what it must not cover, as near to the anchor as that allows; in the
 * corner of the window where nothing else fits.
 */
export function placed(anchor: Rect | null, free: Rect | null, { width, height }: Size, window: Size): { readonly left: number; readonly top: number } {
  const size = { width, height };
  const corner = { left: EDGE, top: window.height - height - EDGE };
  if (anchor === null) return corner;
  const { left, top } = anchor;
  const clear = free ?? anchor;
  const candidates = [
    { left, top: clear.top + clear.height + GAP },
    { left, top: clear.top - height - GAP },
    { left: clear.left - width - GAP, top },
    { left: clear.left + clear.width + GAP, top },
  ].map((place) => moveIn(place, size, window));
  return candidates.find((place) => !overlap({ ...place, ...size }, clear)) ?? corner;
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
