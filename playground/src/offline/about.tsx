/** What the page consists of, and whether this browser keeps it for use without a network. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Dialog, toast } from "../widgets";
import { clear, hindrance, keep, kept, newer, useNewer } from "./keep";
import { keptMegabytes, versions } from "./versions";
import "./offline.css";

const shown = signal(false);

export function showAbout(): void {
  shown.value = true;
}

export function About(): JSX.Element {
  return (
    <Dialog title="About this page" open={shown.value} onClose={() => (shown.value = false)}>
      <p>Contracts are evaluated in this tab. What you write here leaves this browser only by the links and files that you make.</p>
      <table class="offline-versions">
        <caption>Versions</caption>
        <tbody>
          {versions.map(([name, version]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <code>{version}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Offline />
    </Dialog>
  );
}

function Offline(): JSX.Element {
  const state = kept.value;
  return (
    <section class="stack" aria-labelledby="offline-head">
      <h3 id="offline-head">Without a network</h3>
      {hindrance === null ? null : <p class="hint">{hindrance}</p>}
      {state.phase === "saving" ? <Saving loaded={state.loaded} total={state.total} /> : null}
      {state.phase === "failed" ? (
        <p class="error" role="alert">
          It could not be kept: {state.message}. Nothing of it is left here.
        </p>
      ) : null}
      {state.phase === "kept" ? (
        <>
          <p>✓ This browser keeps the page, its evaluator and the examples: {megabytes(state.bytes)} MB.</p>
          <p class="row">
            <button type="button" onClick={() => void clearAndSay()}>
              Clear what is kept
            </button>
          </p>
        </>
      ) : state.phase === "saving" ? null : (
        <>
          <p>
            The page itself can be kept in this browser, to be opened without a network. Until you ask for it, only your work, its last results and your settings stay
            here for the next visit.
          </p>
          <p class="row">
            <button type="button" disabled={hindrance !== null} onClick={() => void keep()}>
              {`Keep for offline use (${keptMegabytes} MB)`}
            </button>
          </p>
        </>
      )}
    </section>
  );
}

function Saving({ loaded, total }: { readonly loaded: number; readonly total: number }): JSX.Element {
  return (
    <p class="row">
      <progress aria-label="Keeping the page" {...(total > 0 && { max: total, value: loaded })} />
      <span class="hint">{total > 0 ? `${megabytes(loaded)} of ${megabytes(total)} MB` : "Beginning …"}</span>
    </p>
  );
}

/** Says that a newer version is there; the one in use stays until somebody wants the other. */
export function NewerNotice(): JSX.Element | null {
  if (newer.value === null) return null;
  return (
    <div class="notice row" role="status">
      <span>A newer version of this page is ready. Your work stays as it is.</span>
      <button type="button" onClick={useNewer}>
        Load it now
      </button>
    </div>
  );
}

async function clearAndSay(): Promise<void> {
  const bytes = await clear();
  toast(`${megabytes(bytes)} MB are cleared: the page needs the network again.`);
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
