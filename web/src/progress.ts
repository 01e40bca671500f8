/** What is told of a start never goes back. */

import type { Progress } from "./protocol.js";

/**
 * A listener that is not told of a smaller share than before. What there is to download is known bit by bit, and a file that is found
 * late makes the whole larger: until the bytes have made up for it nothing is told.
 */
export function onlyForward(listener: (progress: Progress) => void): (progress: Progress) => void {
  let furthest = 0;
  return (progress) => {
    const share = progress.total === 0 ? 0 : progress.loaded / progress.total;
    if (progress.stage === "download" && share < furthest) return;
    furthest = share;
    listener(progress);
  };
}
