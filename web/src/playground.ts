/**
 * `<tenor-playground>`: the playground within another page, in a frame.
 *
 * ```html
 * <script type="module">import "tenor-wasm/playground";</script>
 * <tenor-playground src-page="https://play.example/" panels="results,flow" readonly theme="dark"></tenor-playground>
 * ```
 *
 * - `src-page`: the address of a playground whose host lets this page embed it (`frame-ancestors`). `panels`: which ones, all
 *   without it. `readonly`: contract and inputs are fixed. `theme`: system, light, dark or contrast. `label`: the frame's title.
 * - `workspace`: JSON text of a workspace, as the playground saves it; also a property. `loading="eager"`: do not wait until the
 *   element comes near the view.
 * - Events, all of which bubble: `playground-ready`, `playground-change`, `playground-selection`, `playground-result`,
 *   `playground-problems`, `playground-error`.
 *
 * Messages go to the origin of `src-page` and are heard from there only; that page hears this one only. Where there is no document,
 * importing this does nothing.
 */

import { asTenorError, TenorError } from "./errors.js";
import { writeJson } from "./json.js";
import type { ActionSpaceResult, EntityStates, EvaluateResult } from "./types.js";
import type { Document, FactsDocument } from "./protocol.js";

export const TAG = "tenor-playground";

/** What may be put in instead of the playground's own inputs. A member that is given replaces the whole of what was there. */
export interface PlaygroundInputs {
  /** All facts of the contract that have no default. */
  readonly facts?: FactsDocument;
  /** All instances. */
  readonly states?: Document<EntityStates>;
  readonly persona?: string;
}

/**
 * What can be selected, and is then explained, by names of the contract. `bindings` of an action names the instance of each entity
 * that is chosen; it may be empty.
 */
export type PlaygroundSelection =
  | { readonly kind: "verdict"; readonly verdict: string }
  | { readonly kind: "fact"; readonly fact: string }
  | { readonly kind: "action"; readonly flow: string; readonly persona: string; readonly bindings: Readonly<Record<string, string>> }
  | { readonly kind: "step"; readonly flow: string; readonly step: string }
  | { readonly kind: "instance"; readonly entity: string; readonly instance: string };

export interface PlaygroundReadyDetail {
  /** The messages that it understands; so far there is one version of them. */
  readonly protocol: number;
  /** The ids of the panels that are shown. */
  readonly panels: readonly string[];
  readonly readOnly: boolean;
}

export interface PlaygroundSelectionDetail {
  readonly selection: PlaygroundSelection | null;
  /** The panel in view. */
  readonly panel: string | null;
}

export interface PlaygroundProblemsDetail {
  /** Why there is no result: errors in the contract or the inputs, or the evaluator did not start. */
  readonly problems: readonly {
    readonly code: string;
    readonly message: string;
    readonly path: string;
    readonly place?: { readonly file: string; readonly line: number; readonly column: number };
  }[];
}

export interface PlaygroundChangeDetail {
  /** The JSON text of the whole workspace. */
  readonly workspace: string;
}

export interface PlaygroundResultDetail {
  readonly verdicts: EvaluateResult["verdicts"];
  /** By persona. */
  readonly actions: Readonly<Record<string, ActionSpaceResult>>;
}

export interface PlaygroundErrorDetail {
  readonly error: Error;
}

// A class needs something to extend where there are no elements.
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (class {} as unknown as typeof HTMLElement);

const STYLE = `:host { display: block; height: 32rem; } iframe { width: 100%; height: 100%; border: 0; }
iframe[data-waits] { visibility: hidden; }`;
/** The page runs its own scripts and keeps nothing; it may give files, and open itself as a page of its own. */
const SANDBOX = "allow-scripts allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox";
/** A frame that says nothing for so long after it was loaded shows no playground, or one that may not be embedded here. */
const SILENCE_MS = 10_000;

/** What the page says, and the event that it becomes. */
const EVENTS = {
  "tenor:ready": "playground-ready",
  "tenor:change": "playground-change",
  "tenor:selection": "playground-selection",
  "tenor:result": "playground-result",
  "tenor:problems": "playground-problems",
} as const;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

interface Answer {
  readonly type: string;
  readonly id?: unknown;
  readonly workspace?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly path?: unknown;
}

interface Content {
  readonly workspace?: Document;
  readonly inputs?: PlaygroundInputs;
  readonly selection?: PlaygroundSelection | null;
  readonly panel?: string;
}

export class TenorPlaygroundElement extends Base {
  static readonly observedAttributes = ["src-page", "panels", "readonly", "theme", "workspace", "label"];

  private frame: HTMLIFrameElement | undefined;
  private listening = new AbortController();
  private isReady = false;
  private readonly pending = new Map<number, Pending>();
  private next = 0;
  private given: Document | undefined;
  private scheduled = false;
  private silence: ReturnType<typeof setTimeout> | undefined;

  /** The workspace that it begins with, as a value or as JSON text. */
  get workspace(): Document | undefined {
    return this.given ?? this.getAttribute("workspace") ?? undefined;
  }
  set workspace(workspace: Document | undefined) {
    this.given = workspace;
    this.putIn();
  }

  connectedCallback(): void {
    // Set before the element was defined, it would hide the class's own.
    const own = Object.getOwnPropertyDescriptor(this, "workspace");
    if (own !== undefined) {
      Reflect.deleteProperty(this, "workspace");
      this.given = own.value as Document;
    }
    this.show();
  }

  disconnectedCallback(): void {
    this.end("the element was taken out of the page");
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name === "workspace") this.putIn();
    else this.schedule();
  }

  /** Put a workspace, or only inputs, into the playground. Rejects with the `TenorError` that says what is wrong with them. */
  async load(content: Pick<Content, "workspace" | "inputs"> = {}): Promise<void> {
    await this.ask("tenor:load", content);
  }

  /** Select something, or show a panel, or both. */
  async select(content: Pick<Content, "selection" | "panel"> = {}): Promise<void> {
    await this.ask("tenor:select", content);
  }

  /** The JSON text of the workspace as it is now. */
  async currentWorkspace(): Promise<string> {
    return String((await this.ask("tenor:get", {})).workspace);
  }

  /** Several attributes that change in one turn are one new frame. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      if (this.isConnected) this.show();
    });
  }

  private show(): void {
    this.end("the playground was loaded again");
    const page = this.page();
    if (page === undefined) return;
    this.listening = new AbortController();
    addEventListener("message", (event) => this.hear(event, page.origin), { signal: this.listening.signal });
    const frame = document.createElement("iframe");
    frame.title = this.getAttribute("label") ?? "Tenor playground";
    frame.setAttribute("sandbox", SANDBOX);
    frame.allow = "clipboard-write";
    frame.loading = this.getAttribute("loading") === "eager" ? "eager" : "lazy";
    frame.addEventListener("load", () => this.expectAnswer(page.origin), { signal: this.listening.signal });
    frame.src = page.href;
    // The page begins with an example of its own, which nobody is to see who gave a workspace.
    frame.toggleAttribute("data-waits", this.workspace !== undefined);
    this.frame = frame;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(frame);
  }

  private page(): URL | undefined {
    const address = this.getAttribute("src-page");
    if (address === null || !URL.canParse(address, document.baseURI)) {
      this.fail(new TenorError("no_playground", "set the attribute `src-page` to the address of a playground"));
      return undefined;
    }
    const page = new URL(address, document.baseURI);
    page.searchParams.set("embed", "");
    page.searchParams.set("origin", location.origin);
    for (const name of ["panels", "readonly", "theme"]) {
      const value = this.getAttribute(name);
      if (value !== null) page.searchParams.set(name, value);
    }
    return page;
  }

  private end(reason: string): void {
    this.listening.abort();
    this.isReady = false;
    clearTimeout(this.silence);
    for (const { reject } of this.pending.values()) reject(new TenorError("playground_gone", reason));
    this.pending.clear();
    this.frame?.remove();
    this.frame = undefined;
  }

  /** A frame that was refused is loaded like any other: all that shows it is that nobody speaks. */
  private expectAnswer(origin: string): void {
    clearTimeout(this.silence);
    if (this.isReady) return;
    const message =
      `no playground at ${origin} has answered: see that the address is right, and that its host lets ${location.origin} embed it ` +
      "(`frame-ancestors` of its policy)";
    this.silence = setTimeout(() => {
      this.frame?.removeAttribute("data-waits");
      this.fail(new TenorError("playground_silent", message));
    }, SILENCE_MS);
  }

  private hear({ source, origin, data }: MessageEvent<unknown>, expected: string): void {
    if (source !== this.frame?.contentWindow || origin !== expected) return;
    if (typeof data !== "object" || data === null) return;
    const answer = data as Answer;
    const waiting = typeof answer.id === "number" ? this.pending.get(answer.id) : undefined;
    if (waiting !== undefined) {
      this.pending.delete(answer.id as number);
      if (answer.type === "tenor:error") waiting.reject(new TenorError(String(answer.code), String(answer.message), String(answer.path)));
      else waiting.resolve(answer);
    } else if (Object.hasOwn(EVENTS, answer.type)) this.tell(answer as Answer & { type: keyof typeof EVENTS });
  }

  private tell({ type, ...detail }: Answer & { readonly type: keyof typeof EVENTS }): void {
    if (type === "tenor:ready") {
      clearTimeout(this.silence);
      this.isReady = true;
      this.putIn();
    }
    this.dispatchEvent(new CustomEvent(EVENTS[type], { detail, bubbles: true, composed: true }));
  }

  private putIn(): void {
    const { frame, workspace } = this;
    if (!this.isReady) return;
    const given = workspace === undefined ? Promise.resolve() : this.load({ workspace });
    void given
      .catch((error: unknown) => this.fail(error instanceof Error ? error : new Error(String(error))))
      .finally(() => frame?.removeAttribute("data-waits"));
  }

  private fail(error: Error): void {
    this.dispatchEvent(new CustomEvent<PlaygroundErrorDetail>("playground-error", { detail: { error }, bubbles: true, composed: true }));
  }

  private async ask(type: string, content: Content): Promise<Answer> {
    const { frame } = this;
    if (!this.isReady || frame?.contentWindow == null) {
      throw new TenorError("playground_not_ready", "wait for the event `playground-ready`");
    }
    const id = this.next++;
    const message = { type, id, ...asTexts(content) };
    try {
      frame.contentWindow.postMessage(message, new URL(frame.src).origin);
    } catch (thrown) {
      writeJson(content); // says where what no message can hold is
      throw asTenorError(thrown, "invalid_message", "this cannot be sent");
    }
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }
}

/**
 * Documents as JSON text: a message would round nothing, but a value may hold what cannot be sent. All else goes as it is, also what
 * no message has: the playground refuses it.
 */
function asTexts({ workspace, inputs, ...others }: Content): object {
  return {
    ...others,
    ...(workspace !== undefined && { workspace: asText(workspace, "/workspace") }),
    ...(inputs !== undefined && { inputs: inputsAsTexts(inputs) }),
  };
}

function inputsAsTexts(inputs: PlaygroundInputs): unknown {
  if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) return inputs;
  const { facts, states, ...others } = inputs;
  return {
    ...others,
    ...(facts !== undefined && { facts: asText(facts, "/inputs/facts") }),
    ...(states !== undefined && { states: asText(states, "/inputs/states") }),
  };
}

function asText(document: Document, path: string): string {
  return typeof document === "string" ? document : writeJson(document, path);
}

/** Define the element under its name, unless that was done; importing this module does it already where there are custom elements. */
export function register(): void {
  if (typeof customElements === "undefined" || customElements.get(TAG) !== undefined) return;
  customElements.define(TAG, TenorPlaygroundElement);
}

register();

declare global {
  interface HTMLElementTagNameMap {
    "tenor-playground": TenorPlaygroundElement;
  }
  interface HTMLElementEventMap {
    "playground-ready": CustomEvent<PlaygroundReadyDetail>;
    "playground-change": CustomEvent<PlaygroundChangeDetail>;
    "playground-selection": CustomEvent<PlaygroundSelectionDetail>;
    "playground-problems": CustomEvent<PlaygroundProblemsDetail>;
    "playground-result": CustomEvent<PlaygroundResultDetail>;
    "playground-error": CustomEvent<PlaygroundErrorDetail>;
  }
}
