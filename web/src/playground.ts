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
 * - `workspace`: JSON text of a workspace, as the playground saves it; also a property.
 * - Events, all of which bubble: `playground-ready`, `playground-change`, `playground-result`, `playground-error`.
 *
 * Messages go to the origin of `src-page` and are heard from there only; that page hears this one only. Where there is no document,
 * importing this does nothing.
 */

import { writeJson } from "./json.js";
import type { ActionSpaceResult, EntityStates, EvaluateResult, Facts } from "./types.js";
import type { Document } from "./protocol.js";

export const TAG = "tenor-playground";

/** What may be put in instead of the playground's own inputs. */
export interface PlaygroundInputs {
  readonly facts?: Document<Facts>;
  readonly states?: Document<EntityStates>;
  readonly persona?: string;
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

const STYLE = ":host { display: block; height: 32rem; } iframe { width: 100%; height: 100%; border: 0; }";
/** The page runs its own scripts and keeps nothing; it may give files and open links. */
const SANDBOX = "allow-scripts allow-same-origin allow-downloads allow-popups";

/** What the page says, and the event that it becomes. */
const EVENTS = { "tenor:ready": "playground-ready", "tenor:change": "playground-change", "tenor:result": "playground-result" } as const;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

interface Answer {
  readonly type: string;
  readonly id?: unknown;
  readonly workspace?: unknown;
  readonly message?: unknown;
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

  /** Put a workspace, or only inputs, into the playground. Rejects with what is wrong with them. */
  async load(content: { readonly workspace?: Document; readonly inputs?: PlaygroundInputs }): Promise<void> {
    await this.ask("tenor:load", content);
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
    frame.src = page.href;
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
      this.fail(new Error("set the attribute `src-page` to the address of a playground"));
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
    for (const { reject } of this.pending.values()) reject(new Error(reason));
    this.pending.clear();
    this.frame?.remove();
    this.frame = undefined;
  }

  private hear({ source, origin, data }: MessageEvent<unknown>, expected: string): void {
    if (source !== this.frame?.contentWindow || origin !== expected) return;
    if (typeof data !== "object" || data === null) return;
    const answer = data as Answer;
    const waiting = typeof answer.id === "number" ? this.pending.get(answer.id) : undefined;
    if (waiting !== undefined) {
      this.pending.delete(answer.id as number);
      if (answer.type === "tenor:error") waiting.reject(new Error(String(answer.message)));
      else waiting.resolve(answer);
    } else if (Object.hasOwn(EVENTS, answer.type)) this.tell(answer as Answer & { type: keyof typeof EVENTS });
  }

  private tell({ type, ...detail }: Answer & { readonly type: keyof typeof EVENTS }): void {
    if (type === "tenor:ready") {
      this.isReady = true;
      this.putIn();
    }
    this.dispatchEvent(new CustomEvent(EVENTS[type], { detail, bubbles: true, composed: true }));
  }

  private putIn(): void {
    const { workspace } = this;
    if (!this.isReady || workspace === undefined) return;
    this.load({ workspace }).catch((error: unknown) => this.fail(error instanceof Error ? error : new Error(String(error))));
  }

  private fail(error: Error): void {
    this.dispatchEvent(new CustomEvent<PlaygroundErrorDetail>("playground-error", { detail: { error }, bubbles: true, composed: true }));
  }

  private ask(type: string, content: { readonly workspace?: Document; readonly inputs?: PlaygroundInputs }): Promise<Answer> {
    const { frame } = this;
    if (!this.isReady || frame?.contentWindow == null) return Promise.reject(new Error("wait for the event `playground-ready`"));
    const id = this.next++;
    const message = { type, id, ...asTexts(content) };
    frame.contentWindow.postMessage(message, new URL(frame.src).origin);
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }
}

/** Documents as JSON text: a message would round nothing, but a value may hold what cannot be sent. */
function asTexts({ workspace, inputs }: { readonly workspace?: Document; readonly inputs?: PlaygroundInputs }): object {
  const text = (document: Document): string => (typeof document === "string" ? document : writeJson(document));
  const { facts, states, persona } = inputs ?? {};
  return {
    ...(workspace !== undefined && { workspace: text(workspace) }),
    ...(inputs !== undefined && {
      inputs: {
        ...(facts !== undefined && { facts: text(facts) }),
        ...(states !== undefined && { states: text(states) }),
        ...(persona !== undefined && { persona }),
      },
    }),
  };
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
    "playground-ready": CustomEvent<object>;
    "playground-change": CustomEvent<PlaygroundChangeDetail>;
    "playground-result": CustomEvent<PlaygroundResultDetail>;
    "playground-error": CustomEvent<PlaygroundErrorDetail>;
  }
}
