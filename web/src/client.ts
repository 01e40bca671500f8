/**
 * A client for the server of `tenor serve`: the evaluator's methods over HTTP, and those that change instances. It needs
 * `fetch` and nothing else of this package's runtime.
 *
 * A call is sent again only where that is safe: it changes nothing, or it has a request id, under which the server carries
 * it out once, or the server says that nothing was done.
 */

import { parseAnswer } from "./answers.js";
import { abortError, asTenorError, type ErrorShape, TenorError } from "./errors.js";
import { encodeParams, type FactsDocument } from "./protocol.js";
import type {
  ActionSpaceResult,
  ChainRecordResult,
  EvaluateResult,
  ExecutionRecord,
  ExecutionResult,
  ExecutionsResult,
  HistoryResult,
  InspectResult,
  Instance,
  InstanceBindings,
  InstancesResult,
  Manifest,
  Outcomes,
  SimulateFlowResult,
  TriggersResult,
} from "./types.js";

export { TenorError } from "./errors.js";
export type * from "./types.js";

export interface ClientOptions {
  /** Where the server is, with the organisation where it has one: `https://contracts.example/acme`. */
  readonly url: string | URL;
  /** The contract that is asked. */
  readonly contract: string;
  /** A bearer key. */
  readonly key?: string | undefined;
  /** How long one attempt may take, in milliseconds; 30,000 where it is left out. */
  readonly timeout?: number | undefined;
  /** How often a call is sent at most; 5 where it is left out. */
  readonly attempts?: number | undefined;
  /** Another `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PageOptions extends RequestOptions {
  /** The `next_cursor` of the page before. */
  readonly cursor?: string | null | undefined;
  /** Items of a page, from 1 to 1000. */
  readonly limit?: number | undefined;
}

interface Acting {
  /** Who acts; may be left out with a key that is bound to one persona. */
  readonly persona?: string | undefined;
  readonly facts: FactsDocument;
}

export interface ActionSpacePageInput extends Acting {
  readonly cursor?: string | null | undefined;
  /** Instances of each state of each entity on a page. */
  readonly limit?: number | undefined;
}

export interface FlowInput extends Acting {
  readonly flow: string;
  /** Entity → the instance that takes part; left out, `_default` of each. */
  readonly instanceBindings?: InstanceBindings | undefined;
  /** Step id → the outcome to take, where several apply. */
  readonly outcomes?: Outcomes | undefined;
}

export interface SimulationInput extends FlowInput {
  readonly provenance?: boolean | undefined;
}

export interface ExecutionInput extends FlowInput {
  /** The request under this id is carried out once. Where it is left out the client makes one. */
  readonly requestId?: string | undefined;
  /** Member of the system → what the flows of that member are started with which this one triggers. */
  readonly triggerInputs?: Readonly<Record<string, object>> | undefined;
}

export interface InstanceInput {
  readonly entity: string;
  /** Left out, the server chooses one: the same for the same request id. */
  readonly instanceId?: string | undefined;
  /** The initial state, and no other. */
  readonly state?: string | undefined;
  readonly persona?: string | undefined;
  readonly requestId?: string | undefined;
}

/** What one request is. */
interface Sent extends RequestOptions {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether sending it twice does no harm. */
  readonly safe: boolean;
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

/** Statuses after which the same request may be answered. */
const PASSING = [429, 502, 503];
const LONGEST_PAUSE = 5_000;

/** A client for one contract of a server. Nothing is sent before the first call. */
export function createClient(options: ClientOptions): HttpClient {
  return new HttpClient(options);
}

export class HttpClient {
  private readonly base: string;
  private readonly contract: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly timeout: number;
  private readonly attempts: number;
  private readonly fetch: typeof globalThis.fetch;
  private known: { readonly etag: string; readonly manifest: Manifest } | undefined;

  constructor({ url, contract, key, timeout = 30_000, attempts = 5, fetch = globalThis.fetch }: ClientOptions) {
    if (key !== undefined && !/^[!-~]+$/.test(key)) {
      throw new TenorError("invalid_key", "a key is one word of plain letters, digits and signs; this is none");
    }
    this.base = addressOf(url);
    this.contract = `/${encodeURIComponent(contract)}`;
    this.headers = { accept: "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
    this.timeout = timeout;
    this.attempts = attempts;
    // As a method of ours, the platform's own would be called on another object.
    this.fetch = (...request) => fetch(...request);
  }

  /** What the contract declares. */
  inspect(options?: RequestOptions): Promise<InspectResult> {
    return this.get("", {}, options);
  }

  /** The contract's manifest; it is fetched anew only when it has changed. */
  async manifest(options?: RequestOptions): Promise<Manifest> {
    const { known } = this;
    const headers = known === undefined ? {} : { "if-none-match": known.etag };
    const response = await this.send({ method: "GET", path: `${this.contract}/.well-known/tenor`, headers, safe: true, signal: options?.signal });
    if (response.status === 304 && known !== undefined) return known.manifest;
    const manifest = await read<Manifest>(response);
    this.known = { etag: response.headers.get("etag") ?? "", manifest };
    return manifest;
  }

  /** The verdicts that follow from the facts. */
  evaluate({ facts }: { readonly facts: FactsDocument }, options?: RequestOptions): Promise<EvaluateResult> {
    return this.post("/evaluate", () => encodeParams({}, { facts }), options);
  }

  /** What the persona may do to the next instances of every state; `next_cursor` leads to more. */
  actionSpace({ persona, facts, cursor, limit }: ActionSpacePageInput, options?: RequestOptions): Promise<ActionSpaceResult> {
    return this.post("/actions", () => encodeParams({ persona, cursor, limit }, { facts }), options);
  }

  /** Every page of the action space: together they name every instance. */
  async *actionSpaces(input: Omit<ActionSpacePageInput, "cursor">, options?: RequestOptions): AsyncGenerator<ActionSpaceResult, void> {
    let cursor: string | null | undefined;
    do {
      const page = await this.actionSpace({ ...input, cursor }, options);
      yield page;
      cursor = page.next_cursor;
    } while (typeof cursor === "string");
  }

  /** How a flow would run on the instances as they stand; nothing is stored. */
  async simulateFlow(input: SimulationInput, options?: RequestOptions): Promise<SimulateFlowResult> {
    const { flow, provenance } = input;
    return this.post(`/flows/${named("flow", flow)}/simulate`, () => encodeRun(input, { provenance }), options);
  }

  /** Run a flow on the bound instances and record it. */
  async executeFlow(input: ExecutionInput, options?: RequestOptions): Promise<ExecutionResult> {
    const { flow, requestId = crypto.randomUUID(), triggerInputs } = input;
    const encode = (): string => encodeRun(input, { request_id: requestId, trigger_inputs: triggerInputs });
    return this.post(`/flows/${named("flow", flow)}/execute`, encode, options);
  }

  /** Create an instance in its initial state. With an id of the caller's own and no `requestId`, a call that got no answer is not sent again. */
  async createInstance(input: InstanceInput, options?: RequestOptions): Promise<Instance> {
    const { entity, instanceId, state, persona } = input;
    const requestId = input.requestId ?? (instanceId === undefined ? crypto.randomUUID() : undefined);
    const encode = (): string => encodeParams({ instance_id: instanceId, state, persona, request_id: requestId });
    return this.post(`/entities/${named("entity", entity)}/initialize`, encode, options, requestId !== undefined);
  }

  /** A page of the instances of an entity, by id; of one state where it is named. */
  async listInstances(entity: string, { state, cursor, limit, signal }: PageOptions & { readonly state?: string | undefined } = {}): Promise<InstancesResult> {
    return this.get(`/entities/${named("entity", entity)}`, { state, cursor, limit }, { signal });
  }

  /** Every instance of an entity. */
  instances(entity: string, options: RequestOptions & { readonly state?: string | undefined } = {}): AsyncGenerator<Instance, void> {
    return items((cursor) => this.listInstances(entity, { ...options, cursor }));
  }

  /** What happened to an instance, its creation first. */
  async history(entity: string, instance: string, { cursor, limit, signal }: PageOptions = {}): Promise<HistoryResult> {
    named("entity", entity);
    named("instance", instance);
    return this.get("/provenance", { entity, instance, cursor, limit }, { signal });
  }

  /** A page of executions in the order in which they were recorded; of one instance where it is named. */
  chains(of: { readonly entity: string; readonly instance: string } | null = null, { cursor, limit, signal }: PageOptions = {}): Promise<ExecutionsResult> {
    return this.get("/executions", { entity: of?.entity, instance: of?.instance, cursor, limit }, { signal });
  }

  /** Every execution, or those of one instance. */
  executions(of: { readonly entity: string; readonly instance: string } | null = null, options: RequestOptions = {}): AsyncGenerator<ExecutionRecord, void> {
    return items((cursor) => this.chains(of, { ...options, cursor }));
  }

  /** One provenance chain, as it is stored. */
  async chain(id: string, options?: RequestOptions): Promise<ChainRecordResult> {
    return this.get(`/provenance/${named("id", id)}`, {}, options);
  }

  /** One execution as it is recorded. */
  async execution(id: string, options?: RequestOptions): Promise<ExecutionResult> {
    return this.get(`/executions/${named("id", id)}`, {}, options);
  }

  /** A page of the triggers that fired in the contract's system. */
  triggers({ status, cursor, limit, signal }: PageOptions & { readonly status?: string | undefined } = {}): Promise<TriggersResult> {
    return this.get("/triggers", { status, cursor, limit }, { signal });
  }

  // --- requests ---------------------------------------------------------------------------------------------

  private async get<Result>(path: string, query: Query, options?: RequestOptions): Promise<Result> {
    const given = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === null ? [] : [[name, String(value)]]));
    const asked = given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
    return read(await this.send({ method: "GET", path: this.contract + path + asked, safe: true, signal: options?.signal }));
  }

  /** `async`, so that a body that cannot be written rejects like any other fault. */
  private async post<Result>(path: string, encode: () => string, options?: RequestOptions, safe = true): Promise<Result> {
    const headers = { "content-type": "application/json" };
    return read(await this.send({ method: "POST", path: this.contract + path, body: encode(), headers, safe, signal: options?.signal }));
  }

  /** The answer to a request, sent again while that may help and is safe. */
  private async send(sent: Sent): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= this.attempts;
      const response = await this.once(sent).catch((fault: unknown) => {
        if (sent.signal?.aborted === true) throw abortError(sent.signal);
        if (last || !sent.safe) throw asTenorError(fault, "unreachable", "the server gave no answer");
        return undefined;
      });
      if (response !== undefined) {
        if (response.ok || response.status === 304) return response;
        const error = await errorOf(response);
        if (last || !mayHelp(response.status, error, sent.safe)) throw error;
      }
      await pause(attempt, response, sent.signal);
    }
  }

  private once({ method, path, body, headers, signal }: Sent): Promise<Response> {
    const late = AbortSignal.timeout(this.timeout);
    return this.fetch(this.base + path, {
      method,
      headers: { ...this.headers, ...headers },
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      // What is asked has an address of its own; a key is not carried to another one.
      redirect: "error",
      credentials: "omit",
      ...(body === undefined ? {} : { body }),
    });
  }
}

function addressOf(url: string | URL): string {
  let address: URL;
  try {
    address = new URL(url);
  } catch {
    throw new TenorError("invalid_address", `\`${String(url)}\` is no address of a server`);
  }
  if (!["http:", "https:"].includes(address.protocol) || address.search !== "" || address.hash !== "" || address.username !== "") {
    throw new TenorError("invalid_address", "the address of a server begins with http:// or https:// and has no user, query or fragment");
  }
  return address.origin + address.pathname.replace(/\/+$/, "");
}

/** A name for an address. Where nobody checks types, one that is left out would be asked for as `undefined`. */
function named(argument: string, value: string): string {
  if (typeof value === "string" && value !== "") return encodeURIComponent(value);
  const advice = "what changes or runs something takes one object, as in createInstance({ entity }) and executeFlow({ flow })";
  throw new TenorError("missing_argument", `\`${argument}\` must be a text that is not empty; ${advice}`, `/${argument}`);
}

function encodeRun({ persona, facts, instanceBindings, outcomes }: FlowInput, more: Readonly<Record<string, unknown>>): string {
  return encodeParams({ persona, instance_bindings: instanceBindings, outcomes, ...more }, { facts });
}

async function* items<Item>(page: (cursor: string | null) => Promise<{ readonly items: readonly Item[]; readonly next_cursor: string | null }>): AsyncGenerator<Item, void> {
  let cursor: string | null = null;
  do {
    const found = await page(cursor);
    yield* found.items;
    cursor = found.next_cursor;
  } while (cursor !== null);
}

/** The body as JSON, in which no number has lost a digit. */
async function read<Result>(response: Response): Promise<Result> {
  let value: unknown;
  try {
    value = parseAnswer(await response.text());
  } catch (thrown) {
    throw asTenorError(thrown, "invalid_answer", "the server did not answer with JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TenorError("invalid_answer", "the server did not answer with an object: is this a server of contracts?");
  }
  return value as Result;
}

/** The error that the server answered with; `status` and `help` stand in its details. */
async function errorOf(response: Response): Promise<TenorError> {
  const { status } = response;
  const { error } = await read<{ readonly error?: Partial<ErrorShape> & { readonly help?: string } }>(response).catch(() => ({ error: undefined }));
  if (typeof error?.code !== "string") {
    return new TenorError("invalid_answer", `the server answered with status ${status} and no error of its own`, "", { status });
  }
  return new TenorError(error.code, String(error.message), error.path ?? "", { ...error.details, status, help: error.help });
}

/** Whether to send it again: nothing was done, or doing it again does no harm. */
function mayHelp(status: number, error: TenorError, safe: boolean): boolean {
  if (status === 504 || error.code === "conflict") return safe;
  return PASSING.includes(status) && (safe || status === 429 || error.details["committed"] === "no");
}

/** Longer after each attempt, not the same for everybody, and not shorter than the server says. */
async function pause(attempt: number, response: Response | undefined, signal: AbortSignal | undefined): Promise<void> {
  const grown = Math.min(50 * 2 ** attempt, LONGEST_PAUSE) * (0.5 + Math.random() / 2);
  const said = Number(response?.headers.get("retry-after") ?? 0) * 1000;
  const milliseconds = Math.max(grown, Number.isFinite(said) ? Math.min(said, LONGEST_PAUSE) : 0);
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(abortError(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted === true) end();
  });
}
