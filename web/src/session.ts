/** An open session, as the application holds it: like a contract, it stays good when the worker behind it is replaced. */

import type { CallOptions, Client } from "./calls.js";
import type { ActionSpaceForms, RunWithChain, ViewInput } from "./contract.js";
import { TenorError } from "./errors.js";
import type { LiveContract, LiveSession } from "./lives.js";
import { decodeAnswer, encodeParams, type FactsDocument, orNone } from "./protocol.js";
import type {
  ActionSpaceChangeResult,
  ActionSpaceGroupedResult,
  EvaluateResult,
  Finding,
  InstanceBindings,
  OpenSessionResult,
  Outcomes,
  SessionRevisionResult,
  SimulateFlowResult,
} from "./types.js";

/** An answer of a session, with the revision that it belongs to. */
export type At<Answer> = Answer & { readonly revision: number };

/** The whole action space of a moment in its grouped form. */
export type ActionSpaceAt = At<ActionSpaceGroupedResult>;

export interface SessionFlowInput {
  readonly flow: string;
  /** The session's, where it is absent. */
  readonly persona?: string | undefined;
  readonly instanceBindings?: InstanceBindings | undefined;
  readonly outcomes?: Outcomes | undefined;
  readonly provenance?: boolean | undefined;
}

export class Session {
  /** What of the first inputs deserved a warning. */
  readonly warnings: readonly Finding[];
  private at: number;

  private constructor(
    private readonly client: Client,
    private readonly live: LiveSession,
    opened: OpenSessionResult,
  ) {
    this.warnings = opened.warnings;
    this.at = opened.revision;
  }

  /** For `Contract.openSession`. */
  static async open(client: Client, contract: LiveContract, encode: () => string, options?: CallOptions): Promise<Session> {
    const { answer, live } = await client.open(contract, encode(), options);
    const opened = decodeAnswer<OpenSessionResult>(answer);
    if (live === undefined) throw new TenorError("protocol_mismatch", "the wheel opened a session without giving its handle");
    return new Session(client, live, opened);
  }

  /** The number of the last change that was answered; each change that is taken over makes the next. */
  get revision(): number {
    return this.at;
  }

  /** New facts, in the place of all former ones. */
  setFacts(facts: FactsDocument, options?: CallOptions): Promise<number> {
    return this.change("set_facts", () => encodeParams({}, { facts }), options);
  }

  setPersona(persona: string, options?: CallOptions): Promise<number> {
    return this.change("set_persona", () => encodeParams({ persona }), options);
  }

  /** Another state for an instance, along a declared transition. */
  transition(entity: string, instance: string, to: string, options?: CallOptions): Promise<number> {
    return this.change("transition", () => encodeParams({ entity, instance, to }), options);
  }

  /** A new instance, in its entity's initial state unless told. */
  addInstance(entity: string, instance: string, state?: string, options?: CallOptions): Promise<number> {
    return this.change("add_instance", () => encodeParams({ entity, instance, state }), options);
  }

  removeInstance(entity: string, instance: string, options?: CallOptions): Promise<number> {
    return this.change("remove_instance", () => encodeParams({ entity, instance }), options);
  }

  /** Take over every transition that `simulateFlow` told of, or none: where an instance has moved since, it is refused. */
  apply(run: Pick<SimulateFlowResult, "would_transition">, options?: CallOptions): Promise<number> {
    return this.change("apply", () => encodeParams({ transitions: orNone(run).would_transition }), options);
  }

  /** The verdicts that follow from the facts. */
  evaluate(options?: CallOptions): Promise<EvaluateResult> {
    return this.ask("evaluate", () => "{}", options);
  }

  /** The action space with every instance of every flow, or a view of it. */
  actionSpace<Form extends keyof ActionSpaceForms = "full">(
    { form, flow, entity, page }: ViewInput & { readonly form?: Form | undefined } = {},
    options?: CallOptions,
  ): Promise<At<ActionSpaceForms[Form]>> {
    return this.ask("action_space", () => encodeParams({ form, flow, entity, page }), options);
  }

  /**
   * What of the action space is different since a revision: for `applyChange`. Without one, and where it is too long ago, the
   * whole in its grouped form, where instances are listed once.
   */
  changes(since?: undefined, options?: CallOptions): Promise<ActionSpaceAt>;
  changes(since?: number, options?: CallOptions): Promise<ActionSpaceChangeResult | ActionSpaceAt>;
  changes(since?: number, options?: CallOptions): Promise<ActionSpaceChangeResult | ActionSpaceAt> {
    return this.ask("action_space", () => encodeParams({ since: since ?? null }), options);
  }

  /** How a flow would run on the present facts and instances; nothing is changed before `apply`. */
  simulateFlow(input: SessionFlowInput & { readonly provenance: true }, options?: CallOptions): Promise<RunWithChain>;
  simulateFlow(input: SessionFlowInput, options?: CallOptions): Promise<SimulateFlowResult>;
  simulateFlow(input: SessionFlowInput, options?: CallOptions): Promise<SimulateFlowResult> {
    const { flow, persona, instanceBindings, outcomes, provenance } = orNone(input);
    const params = { flow, persona, instance_bindings: instanceBindings, outcomes, provenance };
    return this.ask("simulate_flow", () => encodeParams(params), options);
  }

  /** Whether `free` was called. */
  get freed(): boolean {
    return this.live.freed;
  }

  /** Forget the session. Calls made before are still answered; later ones are refused with `unknown_session`. */
  free(): Promise<void> {
    return this.client.free(this.live);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.free();
  }

  /** `async`, so that what is refused here rejects like any other fault. */
  private async change(method: string, encode: () => string, options: CallOptions | undefined): Promise<number> {
    this.check();
    const { revision } = decodeAnswer<SessionRevisionResult>(await this.client.change(this.live, method, encode(), options));
    this.at = Math.max(this.at, revision);
    return revision;
  }

  private async ask<Result>(method: string, encode: () => string, options: CallOptions | undefined): Promise<Result> {
    this.check();
    return decodeAnswer<Result>(await this.client.call(method, encode(), options, { session: this.live }));
  }

  private check(): void {
    if (this.live.freed) throw new TenorError("unknown_session", "the session was freed: open it again", "/session");
  }
}
