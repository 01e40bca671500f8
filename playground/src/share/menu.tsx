/** Taking the workspace elsewhere and bringing one in: a link, a file, Markdown. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { writeJson } from "tenor-wasm";
import { contract, live, outdated, persona } from "../engine";
import { workspace } from "../state/store";
import { Dialog, Menu, saveFile, toast } from "../widgets";
import { DropTarget } from "./drop";
import { linkTo, LONGEST_LINK } from "./link";
import { markdownOf } from "./markdown";
import { ACCEPTED, openFiles } from "./open";
import "./share.css";

/** What the dialog shows: a text that could not be put on the clipboard, or a link that is too long to be sent. */
type Shown = { readonly kind: "copy"; readonly text: string } | { readonly kind: "long"; readonly link: string };

const shown = signal<Shown | null>(null);

export function ShareMenu(): JSX.Element {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <Menu
        label="Share"
        align="end"
        items={[
          { label: "Copy a link", hint: "All that is here, in the link itself: it is sent to no server.", run: () => void copyLink() },
          { label: "Copy as Markdown", hint: "Verdicts, actions, run, inputs and contract, for an issue or a message.", run: () => void copyMarkdown() },
          { label: "Copy HTML to embed", hint: "A frame that shows results, run and explanation, for reading.", run: () => void copyFrame() },
          { label: "Save to a file", run: save },
          { label: "Open a file…", hint: "Or drop it on the page: workspace, source, bundle, scenarios.", run: () => chooser.current?.click() },
        ]}
      />
      <input
        ref={chooser}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label="Open a file"
        accept={ACCEPTED}
        multiple
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // The same file may be chosen again.
          currentTarget.value = "";
          void openFiles(files);
        }}
      />
      <ShareDialog />
      <DropTarget />
    </>
  );
}

async function copyLink(): Promise<void> {
  const link = await linkTo(workspace.peek());
  if (link.length > LONGEST_LINK) shown.value = { kind: "long", link };
  else await copy(link, "The link is on the clipboard.");
}

/** A frame for a page that this one's host lets embed it. */
async function copyFrame(): Promise<void> {
  const frame = document.createElement("iframe");
  frame.src = await linkTo(workspace.peek(), "embed&panels=results,flow,why&readonly");
  frame.title = workspace.peek().title;
  frame.width = "100%";
  frame.height = "560";
  frame.loading = "lazy";
  await copy(frame.outerHTML, "The HTML is on the clipboard. It shows something where this page's host lets the other page embed it.");
}

/** Asked anew rather than taken from the panels: those that are not in view may have older answers. */
async function copyMarkdown(): Promise<void> {
  const now = workspace.peek();
  // What the last contract without errors answers would stand beside another text.
  const missing = outdated.peek();
  const asked = missing === null ? live.peek() : null;
  const { facts, states: entityStates } = now.inputs;
  const { flow, bindings: instanceBindings, outcomes } = now.run;
  const acting = { facts, entityStates, persona: persona.peek() };
  const { problems, pending } = contract.answer.peek();
  const [verdicts, actions, run] = await Promise.all([
    answered(asked?.evaluate({ facts })),
    answered(asked?.actionSpace(acting)),
    answered(flow === null ? undefined : asked?.simulateFlow({ ...acting, flow, instanceBindings, outcomes })),
  ]);
  await copy(markdownOf(now, { verdicts, actions, run, missing, problems: pending ? [] : problems }), "The Markdown is on the clipboard.");
}

/** What cannot be answered is left out of the text: the inputs that are at fault stand in it. */
async function answered<Result>(answer: Promise<Result> | undefined): Promise<Result | undefined> {
  try {
    return await answer;
  } catch {
    return undefined;
  }
}

async function copy(text: string, sentence: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(sentence);
  } catch {
    // Without permission, or outside https: the text is shown, to be copied by hand.
    shown.value = { kind: "copy", text };
  }
}

function save(): void {
  const { title } = workspace.peek();
  const name = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  saveFile(`${name}.tenor-workspace.json`, writeJson(workspace.peek()), "application/json");
}

function ShareDialog(): JSX.Element {
  const content = shown.value;
  const close = (): void => {
    shown.value = null;
  };
  return (
    <Dialog title={content?.kind === "long" ? "The link is long" : "Copy this text"} open={content !== null} onClose={close}>
      {content === null ? null : content.kind === "copy" ? <ToCopy text={content.text} /> : <LongLink link={content.link} close={close} />}
    </Dialog>
  );
}

function ToCopy({ text }: { readonly text: string }): JSX.Element {
  return (
    <label class="share-copy">
      The browser keeps its clipboard to itself. Copy by hand:
      <textarea readOnly rows={8} value={text} onFocus={({ currentTarget }) => currentTarget.select()} />
    </label>
  );
}

function LongLink({ link, close }: { readonly link: string; readonly close: () => void }): JSX.Element {
  const thousands = Math.ceil(link.length / 1000);
  return (
    <>
      <p>
        It has about {thousands},000 characters; many programs cut a link above {LONGEST_LINK / 1000},000. A file arrives whole.
      </p>
      <p class="row">
        <button
          type="button"
          class="primary"
          onClick={() => {
            save();
            close();
          }}
        >
          Save to a file
        </button>
        <button
          type="button"
          onClick={() => {
            void copy(link, "The long link is on the clipboard.");
            close();
          }}
        >
          Copy the link all the same
        </button>
      </p>
    </>
  );
}
