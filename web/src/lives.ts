/** What lives in a worker and in every one that follows it until it is freed: contracts, and sessions on them. */

import { TenorError } from "./errors.js";
import { withHandles } from "./protocol.js";

/** One call to a new worker that is brought to where the last one was. */
export type Ask = (method: string, params: string) => Promise<string>;

export interface Live {
  /** In the present worker. */
  handle: number;
  freed: boolean;
  /** Why it could not be brought into the present worker. */
  fault: Error | undefined;
  /** The parameter that takes its handle, and the method that frees it. */
  readonly parameter: string;
  readonly freeing: string;
  /** Bring it into a new worker. */
  restore(ask: Ask): Promise<void>;
}

export class LiveContract implements Live {
  readonly parameter = "contract";
  readonly freeing = "free";
  freed = false;
  fault: Error | undefined;

  constructor(
    /** The parameters that loaded it. */
    readonly params: string,
    public handle: number,
  ) {}

  async restore(ask: Ask): Promise<void> {
    const handle = handleIn(await ask("load", this.params));
    if (handle === undefined) this.fault = lost("the contract could not be loaded again: load it anew");
    else this.handle = handle;
  }
}

/** A change that a session took over. */
export class Change {
  constructor(
    readonly method: string,
    readonly params: string,
  ) {}
}

/** Characters of changes that are kept at least before they are put together. */
const SHORT = 2 ** 16;

export class LiveSession implements Live {
  readonly parameter = "session";
  readonly freeing = "free_session";
  freed = false;
  fault: Error | undefined;
  /** Whether its present inputs were asked for. */
  compacting = false;
  private changes: Change[] = [];
  private length = 0;

  constructor(
    private readonly contract: LiveContract,
    /** The parameters that opened it, or would open one that is as far as this one was before `changes`. */
    private params: string,
    public handle: number,
  ) {}

  /** Remember a change, unless it was refused. */
  keep(change: Change, answer: string): void {
    if (!isOk(answer)) return;
    this.changes.push(change);
    this.length += change.params.length;
  }

  /** Whether the changes are longer than the inputs: then putting them together costs no more than they did. */
  get isLong(): boolean {
    return !this.compacting && !this.freed && this.length > Math.max(SHORT, this.params.length);
  }

  /** Take the inputs of the moment in the place of the way there; answers come in order, so all changes are in them. */
  compact(inputs: string): void {
    if (!isOk(inputs)) return;
    this.params = inputs.slice(OK.length, -1);
    this.changes = [];
    this.length = 0;
  }

  async restore(ask: Ask): Promise<void> {
    const { contract } = this;
    if (contract.freed) await contract.restore(ask);
    const handle = contract.fault === undefined ? await this.reopened(ask, contract.handle) : undefined;
    if (contract.freed && contract.fault === undefined) await ask("free", withHandles("{}", { contract: contract.handle }));
    if (handle === undefined) this.fault = lost("the session could not be opened again: open it anew");
    else this.handle = handle;
  }

  private async reopened(ask: Ask, contract: number): Promise<number | undefined> {
    const handle = handleIn(await ask("open_session", withHandles(this.params, { contract })));
    if (handle === undefined) return undefined;
    const answers = this.changes.map(({ method, params }) => ask(method, withHandles(params, { session: handle })));
    return (await Promise.all(answers)).every(isOk) ? handle : undefined;
  }
}

/** The smallest contract: only the number it takes matters. */
const EMPTY = '{"bundle":{"constructs":[],"id":"empty","kind":"Bundle","tenor":"1.0.0","tenor_version":"1.0.0"}}';
/** What is unknown to a new worker must not come to mean another thing there: so far raw calls were given handles. */
const BEGINNINGS: Readonly<Record<string, { readonly free: string; readonly parameter: string }>> = {
  load: { free: "free", parameter: "contract" },
  open_session: { free: "free_session", parameter: "session" },
};

/** The highest handles that raw calls were given, by the method that gave them. */
export class RawHandles {
  private readonly highest: Record<string, number> = {};

  saw(method: string, answer: string): void {
    if (method in BEGINNINGS) this.highest[method] = Math.max(this.highest[method] ?? -1, handleIn(answer) ?? -1);
  }

  /** Use these handles up in a new worker. */
  async replay(ask: Ask): Promise<void> {
    const { load = -1, open_session = -1 } = this.highest;
    if (open_session >= 0) {
      const contract = handleIn(await ask("load", EMPTY)) ?? -1;
      const params = `{"contract":${contract},"facts":{},"persona":""}`;
      await useUp(ask, "open_session", params, open_session);
      await ask("free", `{"contract":${contract}}`);
    }
    await useUp(ask, "load", EMPTY, load);
  }
}

async function useUp(ask: Ask, method: string, params: string, highest: number): Promise<void> {
  const { free, parameter } = BEGINNINGS[method] as { free: string; parameter: string };
  for (let handle = -1; handle < highest; ) {
    handle = handleIn(await ask(method, params)) ?? Infinity;
    await ask(free, `{"${parameter}":${handle}}`);
  }
}

/** Contracts and sessions by parameter → their handles. */
export function handlesOf(lives: Readonly<Record<string, Live>>): Record<string, number> {
  return Object.fromEntries(Object.entries(lives).map(([name, live]) => [name, live.handle]));
}

/** The handle that an answer gives, of a contract or a session. */
export function handleIn(answer: string): number | undefined {
  const { ok } = JSON.parse(answer) as { readonly ok?: { readonly handle?: number; readonly session?: number } };
  return ok?.handle ?? ok?.session;
}

const OK = '{"ok":';

function isOk(answer: string): boolean {
  return answer.startsWith(OK);
}

function lost(message: string): TenorError {
  return new TenorError("runtime_stopped", message);
}
