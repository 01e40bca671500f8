/** Starts the runtime and shows how far it is; a start that fails says why and can be tried again. */

import { createTenor, type Progress, type Tenor, TenorError } from "tenor-wasm";
import { byId, code, element } from "./dom";

/** The wheel's file name, put in by the build. */
declare const __WHEEL__: string;

const STAGES: readonly { readonly stage: Progress["stage"]; readonly label: string }[] = [
  { stage: "download", label: "Download Python and the evaluator" },
  { stage: "start", label: "Start Python" },
  { stage: "install", label: "Load the evaluator" },
];

/** Fulfils when the runtime answers, however many tries that takes. */
export async function startTenor(): Promise<Tenor> {
  const stages = byId("stages", HTMLOListElement);
  const retry = byId("startup-retry", HTMLButtonElement);
  stages.replaceChildren(...STAGES.map(({ label }) => element("li", {}, label)));
  for (;;) {
    try {
      showError(undefined);
      return await createTenor({
        indexURL: "runtime/",
        wheelURL: `runtime/${__WHEEL__}`,
        compiledURL: "runtime/",
        onProgress: show,
      });
    } catch (thrown) {
      showError(thrown);
      await new Promise((resolve) => retry.addEventListener("click", resolve, { once: true }));
    }
  }
}

function show({ stage, loaded, total }: Progress): void {
  const reached = stage === "ready" ? STAGES.length : STAGES.findIndex((known) => known.stage === stage);
  byId("stages", HTMLOListElement)
    .querySelectorAll("li")
    .forEach((line, index) => {
      line.className = index < reached ? "done" : index === reached ? "now" : "";
      if (index === reached) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
  const bar = byId("startup-progress", HTMLProgressElement);
  if (stage === "download" && total > 0) {
    bar.max = total;
    bar.value = loaded;
    status(`${megabytes(loaded)} of ${megabytes(total)}`);
  } else {
    // No telling how far Python is: the bar only shows that something goes on.
    bar.removeAttribute("value");
    status(stage === "download" ? "" : (STAGES[reached]?.label ?? ""));
  }
}

function showError(thrown: unknown): void {
  const failed = thrown !== undefined;
  const box = byId("startup-error", HTMLDivElement);
  box.hidden = !failed;
  byId("startup-retry", HTMLButtonElement).hidden = !failed;
  byId("startup-progress", HTMLProgressElement).hidden = failed;
  if (!failed) return;
  status("");
  const error = thrown instanceof TenorError ? thrown : new TenorError("unexpected", String(thrown));
  const line = byId("stages", HTMLOListElement).querySelector("li.now") ?? byId("stages", HTMLOListElement).querySelector("li");
  if (line) line.className = "failed";
  box.replaceChildren(element("strong", {}, code(error.code)), " ", error.message);
}

function status(text: string): void {
  byId("startup-status", HTMLParagraphElement).textContent = text;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
