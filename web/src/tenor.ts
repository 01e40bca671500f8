/** A runtime that has started, as the application holds it. */

import type { CallOptions, Client, ClientEvents, RestartReason } from "./calls.js";
import { Contract } from "./contract.js";
import { decodeAnswer, type Document, encodeParams } from "./protocol.js";
import type { Bundle, ElaborateResult, Files, FormatResult, OutlineResult, VocabularyResult } from "./types.js";

/** `.tenor` source: every file by its name, and the one to begin with. */
export interface Source {
  readonly files: Readonly<Files>;
  readonly root: string;
}

/**
 * What a tenor tells beside answers, each as a `CustomEvent`:
 *
 * - `restart`: the worker was ended or died, a new one starts. Calls that were not at fault wait for it.
 * - `restarted`: the new worker has all contracts again.
 * - `restartfailed`: it could not be started. What waited was rejected; the next call tries again.
 */
export interface TenorEventMap {
  restart: CustomEvent<{ readonly reason: RestartReason }>;
  restarted: CustomEvent<{ readonly contracts: number }>;
  restartfailed: CustomEvent<{ readonly error: Error }>;
}

// Only types: what EventTarget does with our events' names.
export interface Tenor {
  addEventListener<Name extends keyof TenorEventMap>(
    name: Name,
    listener: (event: TenorEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export class Tenor extends EventTarget {
  private constructor(private readonly client: Client) {
    super();
  }

  /** For `createTenor`: the client is made with the events that its tenor dispatches. */
  static async create(start: (events: ClientEvents) => Promise<Client>): Promise<Tenor> {
    let tenor: Tenor | undefined;
    const tell = (name: keyof TenorEventMap, detail: unknown): void => {
      tenor?.dispatchEvent(new CustomEvent(name, { detail }));
    };
    const client = await start({
      restart: (reason) => tell("restart", { reason }),
      restarted: (contracts) => tell("restarted", { contracts }),
      restartFailed: (error) => tell("restartfailed", { error }),
    });
    tenor = new Tenor(client);
    return tenor;
  }

  /** The version of package and wheel. */
  get version(): string {
    return this.client.wheel;
  }

  /**
   * Load an interchange bundle (a value or its JSON text) or `.tenor` source. A contract that is refused throws
   * with every finding in `related`.
   */
  async load(contract: Document | Source, options?: CallOptions): Promise<Contract> {
    const params = isSource(contract) ? sourceParams(contract) : encodeParams({}, { bundle: contract });
    return Contract.load(this.client, params, options);
  }

  /** The interchange bundle that `.tenor` source stands for; source with errors throws, see `sourceErrors`. */
  async elaborate(files: Source["files"], root: string, options?: CallOptions): Promise<Bundle> {
    const answer = await this.client.call("elaborate", sourceParams({ files, root }), options);
    return decodeAnswer<ElaborateResult>(answer).bundle;
  }

  /** The source in its canonical layout, comments kept; a syntax error throws, see `sourceErrors`. */
  async format(source: string, options?: CallOptions): Promise<string> {
    const answer = await this.client.call("format", encodeParams({ source }), options);
    return decodeAnswer<FormatResult>(answer).source;
  }

  /** Where the names in `.tenor` source are declared and mentioned, also while it has errors: for editors. */
  async outline(files: Source["files"], root: string, options?: CallOptions): Promise<OutlineResult> {
    return decodeAnswer<OutlineResult>(await this.client.call("outline", sourceParams({ files, root }), options));
  }

  /** The words of the language: constructs and blocks with their fields, types, operators. */
  async vocabulary(options?: CallOptions): Promise<VocabularyResult> {
    return decodeAnswer<VocabularyResult>(await this.client.call("vocabulary", "{}", options));
  }

  /**
   * One call of the wire, JSON text both ways: `{"ok": …}` or `{"error": …}`, exactly as Python wrote it. A handle that
   * it gives or takes ends with the present worker (event `restart`); `load` gives contracts that do not.
   */
  call(method: string, params: string, options?: CallOptions): Promise<string> {
    return this.client.callRaw(method, params, options);
  }

  /** End the runtime. What is not answered yet rejects with `disposed`, and so does every later call. */
  dispose(): Promise<void> {
    this.client.dispose();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** A bundle has constructs; one that happened to have `files` as well is still a bundle. */
function isSource(contract: Document | Source): contract is Source {
  return typeof contract === "object" && contract !== null && "files" in contract && "root" in contract && !("constructs" in contract);
}

function sourceParams({ files, root }: Source): string {
  return encodeParams({ files, root });
}
