/** Files that are dragged over the page: it says that they may be dropped, and opens them. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { openFiles } from "./open";

const over = signal(false);

/** From now on, files may be dropped anywhere on the page. Text that is dragged stays what it is to the editor. */
export function DropTarget(): JSX.Element | null {
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const withFiles =
      (then: (event: DragEvent) => void) =>
      (event: DragEvent): void => {
        if (event.dataTransfer?.types.includes("Files") !== true) return;
        event.preventDefault();
        then(event);
      };
    addEventListener("dragover", withFiles(() => (over.value = true)), { signal });
    addEventListener("dragleave", withFiles((event) => event.relatedTarget === null && (over.value = false)), { signal });
    addEventListener(
      "drop",
      withFiles((event) => {
        over.value = false;
        void openFiles([...(event.dataTransfer?.files ?? [])]);
      }),
      { signal },
    );
    return () => ending.abort();
  }, []);
  return over.value ? <div class="share-drop">Drop to open: a workspace, .tenor source, a bundle or scenarios</div> : null;
}
