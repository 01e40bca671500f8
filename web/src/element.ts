/**
 * `<tenor-evaluator>`: shows what follows from a contract and facts, and for a persona what may be done.
 *
 * ```html
 * <script type="module">import "tenor-wasm/element";</script>
 * <tenor-evaluator src="contract.json" facts="facts.json" entities='{"Order": "draft"}' persona="clerk"></tenor-evaluator>
 * ```
 *
 * - `src`: the address of an interchange bundle, or of a `.tenor` file. `facts`, `entities`: JSON text, or the address of some.
 * - `persona`: with it the actions are asked for too. `loading="eager"`: do not wait until the element comes into view.
 * - `index-url`, `worker-url`: see `createTenor`. Elements with the same two share one runtime; the last one ends it.
 * - Events, all of which bubble: `tenor-ready`, `tenor-result` (after every evaluation), `tenor-error`.
 * - Parts to style: `status`, `error`, `fault`, `result`, `heading`, `list`, `verdict`, `action`, `blocked`, `name`, `value`, `reason`.
 *
 * Where there is no document, importing this does nothing.
 */

import type { Contract, Document, FactsDocument, Tenor } from "./index.js";
import { createTenor, TenorError, writeJson } from "./index.js";
import type { ActionSpaceResult, EntityStates, EvaluateResult } from "./types.js";
import { show } from "./view.js";

export const TAG = "tenor-evaluator";

export interface TenorReadyDetail {
  readonly contractId: string;
  readonly contractHash: string;
}

/** What was found: the verdicts, and with a persona its actions. */
export interface TenorResultDetail {
  readonly verdicts: EvaluateResult["verdicts"];
  readonly actionSpace: ActionSpaceResult | undefined;
}

export interface TenorErrorDetail {
  readonly error: Error;
}

/** What `src` may be given as, too: a bundle as a value or its JSON text. */
type Bundle = Document;

// A class needs something to extend where there are no elements.
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/** What a change of the attribute makes necessary. */
const EFFECTS = {
  "index-url": "runtime",
  "worker-url": "runtime",
  src: "contract",
  facts: "result",
  entities: "result",
  persona: "result",
} as const;
type Effect = (typeof EFFECTS)[keyof typeof EFFECTS];

/** What was given as a property. */
interface Given {
  readonly bundle?: Bundle;
  readonly facts?: FactsDocument;
  readonly entityStates?: Document<EntityStates>;
}

export class TenorEvaluatorElement extends Base {
  static readonly observedAttributes = Object.keys(EFFECTS);

  private readonly view: ShadowRoot;
  private visible = false;
  private observer: IntersectionObserver | undefined;
  private runtime: SharedRuntime | undefined;
  private contract: Contract | undefined;
  /** The newest round; older ones are aborted. */
  private round = new AbortController();
  private scheduled = false;
  private given: Given = {};

  constructor() {
    super();
    this.view = this.attachShadow({ mode: "open" });
    show(this.view, { status: "The evaluator has not been started yet." });
  }

  /** The bundle, where it does not come from `src`. */
  get bundle(): Bundle | undefined {
    return this.given.bundle;
  }
  set bundle(bundle: Bundle | undefined) {
    this.give("bundle", bundle, "contract");
  }

  /** The facts, where they do not come from the attribute. */
  get facts(): FactsDocument | undefined {
    return this.given.facts;
  }
  set facts(facts: FactsDocument | undefined) {
    this.give("facts", facts, "result");
  }

  /** The entities' states, where they do not come from the attribute. */
  get entityStates(): Document<EntityStates> | undefined {
    return this.given.entityStates;
  }
  set entityStates(states: Document<EntityStates> | undefined) {
    this.give("entityStates", states, "result");
  }

  get persona(): string | null {
    return this.getAttribute("persona");
  }
  set persona(persona: string | null) {
    if (persona === null) this.removeAttribute("persona");
    else this.setAttribute("persona", persona);
  }

  connectedCallback(): void {
    // Set before the element was defined, they would hide the class's own.
    for (const name of ["bundle", "facts", "entityStates", "persona"] as const) this.adopt(name);
    if (this.getAttribute("loading") === "eager" || typeof IntersectionObserver === "undefined") this.appear();
    else this.observe();
  }

  disconnectedCallback(): void {
    this.observer?.disconnect();
    this.visible = false;
    // An element that is only moved is connected again within the same turn.
    queueMicrotask(() => {
      if (!this.isConnected) this.let("runtime");
    });
  }

  attributeChangedCallback(name: keyof typeof EFFECTS, before: string | null, after: string | null): void {
    if (before !== after) this.change(EFFECTS[name]);
  }

  private adopt(name: "bundle" | "facts" | "entityStates" | "persona"): void {
    const own = Object.getOwnPropertyDescriptor(this, name);
    if (own === undefined) return;
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, own.value);
  }

  private give(name: keyof Given, value: Document | undefined, effect: Effect): void {
    const { [name]: _replaced, ...others } = this.given;
    this.given = value === undefined ? others : { ...others, [name]: value };
    this.change(effect);
  }

  private observe(): void {
    this.observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.appear();
    });
    this.observer.observe(this);
  }

  private appear(): void {
    this.observer?.disconnect();
    this.visible = true;
    this.schedule();
  }

  private change(effect: Effect): void {
    if (effect !== "result") this.let(effect);
    if (this.visible) this.schedule();
  }

  /** Let go of the contract, or of the runtime with it. */
  private let(what: "contract" | "runtime"): void {
    this.round.abort();
    void this.contract?.free();
    this.contract = undefined;
    if (what === "contract") return;
    this.runtime?.leave();
    this.runtime = undefined;
  }

  /** Several changes in one turn are one round. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      if (this.visible && this.isConnected) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.round.abort();
    const { signal } = (this.round = new AbortController());
    this.setAttribute("aria-busy", "true");
    try {
      const contract = await this.loaded(signal);
      const detail = await this.evaluated(contract, signal);
      show(this.view, detail);
      this.tell<TenorResultDetail>("tenor-result", detail);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      show(this.view, { error });
      this.tell<TenorErrorDetail>("tenor-error", { error });
    }
    this.removeAttribute("aria-busy");
  }

  private async loaded(signal: AbortSignal): Promise<Contract> {
    if (this.contract !== undefined) return this.contract;
    show(this.view, { status: "The evaluator is starting …" });
    this.runtime ??= SharedRuntime.join(this.getAttribute("index-url"), this.getAttribute("worker-url"));
    const { runtime } = this;
    // A start that failed is not asked again: the next round begins another one.
    runtime.tenor.catch(() => {
      if (this.runtime === runtime) this.runtime = undefined;
    });
    const [tenor, source] = await Promise.all([runtime.tenor, this.source(signal)]);
    signal.throwIfAborted();
    const contract = await tenor.load(source, { signal });
    if (signal.aborted) {
      void contract.free();
      signal.throwIfAborted();
    }
    this.contract = contract;
    this.tell<TenorReadyDetail>("tenor-ready", { contractId: contract.id, contractHash: contract.hash });
    return contract;
  }

  private async source(signal: AbortSignal): Promise<Parameters<Tenor["load"]>[0]> {
    if (this.given.bundle !== undefined) return this.given.bundle;
    const src = this.getAttribute("src");
    if (src === null) throw new TenorError("no_contract", "there is no contract: set the attribute `src` or the property `bundle`");
    const text = await fetchText(src, signal);
    const name = new URL(src, document.baseURI).pathname.split("/").pop() ?? "";
    return name.endsWith(".tenor") ? { files: { [name]: text }, root: name } : text;
  }

  private async evaluated(contract: Contract, signal: AbortSignal): Promise<TenorResultDetail> {
    const [facts, entityStates] = await Promise.all([
      this.given.facts ?? fromAttribute(this.getAttribute("facts"), signal),
      this.given.entityStates ?? fromAttribute(this.getAttribute("entities"), signal),
    ]);
    const { persona } = this;
    const { verdicts } = await contract.evaluate({ facts }, { signal });
    const actionSpace = persona === null ? undefined : await contract.actionSpace({ facts, entityStates, persona }, { signal });
    signal.throwIfAborted();
    return { verdicts, actionSpace };
  }

  private tell<Detail>(name: string, detail: Detail): void {
    this.dispatchEvent(new CustomEvent<Detail>(name, { detail, bubbles: true, composed: true }));
  }
}

/** One runtime for all elements that have the same addresses. */
class SharedRuntime {
  private static readonly all = new Map<string, SharedRuntime>();
  private members = 0;
  private readonly ending = new AbortController();
  readonly tenor: Promise<Tenor>;

  private constructor(
    private readonly key: string,
    indexURL: string | null,
    workerURL: string | null,
  ) {
    this.tenor = createTenor({
      ...(indexURL !== null && { indexURL }),
      ...(workerURL !== null && { workerURL }),
      signal: this.ending.signal,
    });
    // A start that failed may be tried again by the next one that asks.
    this.tenor.catch(() => this.forget());
  }

  static join(indexURL: string | null, workerURL: string | null): SharedRuntime {
    const key = writeJson([indexURL, workerURL]);
    const runtime = SharedRuntime.all.get(key) ?? new SharedRuntime(key, indexURL, workerURL);
    SharedRuntime.all.set(key, runtime);
    runtime.members++;
    return runtime;
  }

  leave(): void {
    if (--this.members > 0) return;
    this.forget();
    this.ending.abort();
    this.tenor.then((tenor) => tenor.dispose()).catch(() => undefined);
  }

  private forget(): void {
    if (SharedRuntime.all.get(this.key) === this) SharedRuntime.all.delete(this.key);
  }
}

/** JSON text as it stands, or the text behind an address; nothing is `{}`. */
async function fromAttribute(value: string | null, signal: AbortSignal): Promise<string> {
  const text = value?.trim() ?? "";
  if (text === "") return "{}";
  return /^[{[]/.test(text) ? text : fetchText(text, signal);
}

async function fetchText(address: string, signal: AbortSignal): Promise<string> {
  const failed = (reason: string): TenorError =>
    new TenorError("download_failed", `could not download \`${address}\`: ${reason}`, "", { url: address });
  try {
    const response = await fetch(new URL(address, document.baseURI), { signal });
    if (!response.ok) throw failed(`the server answered ${response.status} ${response.statusText}`.trim());
    return await response.text();
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof TenorError) throw thrown;
    throw failed(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Define the element under its name, unless that was done; importing this module does it already where there are custom elements. */
export function register(): void {
  if (typeof customElements === "undefined" || customElements.get(TAG) !== undefined) return;
  customElements.define(TAG, TenorEvaluatorElement);
}

register();

declare global {
  interface HTMLElementTagNameMap {
    "tenor-evaluator": TenorEvaluatorElement;
  }
  interface HTMLElementEventMap {
    "tenor-ready": CustomEvent<TenorReadyDetail>;
    "tenor-result": CustomEvent<TenorResultDetail>;
    "tenor-error": CustomEvent<TenorErrorDetail>;
  }
}
