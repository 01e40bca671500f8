/** A loaded contract, as the application holds it: the handle stays good when the worker behind it is replaced. */

import type { CallOptions, Client, LiveContract } from "./client.js";
import { TenorError } from "./errors.js";
import { decodeAnswer, type Document, encodeParams } from "./protocol.js";
import type {
  ActionSpaceResult,
  Chain,
  DiffResult,
  EntityStates,
  EvaluateResult,
  ExplainResult,
  Facts,
  Finding,
  InspectResult,
  InstanceBindings,
  LoadResult,
  Outcomes,
  RunScenariosResult,
  Scenarios,
  SimulateFlowResult,
  VerifyResult,
} from "./types.js";

/** Facts: a value, or its JSON text. */
export interface EvaluateInput {
  readonly facts: Document<Facts>;
}

export interface ActionSpaceInput extends EvaluateInput {
  readonly persona: string;
  /** Per entity a state, or an object of instance id → state; what is absent is in its initial state. */
  readonly entityStates?: Document<EntityStates> | undefined;
}

/** What a run begins with: the instances that take part and the outcomes to take, beside facts, states and persona. */
interface RunInput extends ActionSpaceInput {
  /** Entity → the instance that takes part. */
  readonly instanceBindings?: Document | InstanceBindings | undefined;
  /** Step id → the outcome to take, where several apply. */
  readonly outcomes?: Document | Outcomes | undefined;
}

export interface SimulateFlowInput extends RunInput {
  readonly flow: string;
  /** Whether the result holds its provenance chain, for `verify`. */
  readonly provenance?: boolean | undefined;
}

/** What is asked about: a verdict, a flow as an action, a step of a flow, or a fact. */
export type ExplainTarget =
  | { readonly verdict: string }
  | { readonly action: string }
  | { readonly flow: string; readonly step: string }
  | { readonly fact: string };

export interface ExplainInput extends Omit<RunInput, "persona"> {
  readonly target: ExplainTarget;
  /** Needed for an action and a step. */
  readonly persona?: string | undefined;
  /** The most suggestions to try. */
  readonly limit?: number | undefined;
}

/** The inputs of one evaluation, to be compared with another's. */
export type Evaluation = RunInput;

export interface DiffInput {
  readonly a: Evaluation;
  readonly b: Evaluation;
  /** The contract of `b`, where it is another one. */
  readonly otherContract?: Contract | undefined;
  /** The flow whose path is compared. */
  readonly flow?: string | undefined;
}

export class Contract {
  readonly id: string;
  /** The content hash: two contracts with the same hash mean the same. */
  readonly hash: string;
  /** What was tolerated when the contract was loaded. */
  readonly warnings: readonly Finding[];

  private constructor(
    private readonly client: Client,
    private readonly live: LiveContract,
    loaded: LoadResult,
  ) {
    this.id = loaded.contract_id;
    this.hash = loaded.contract_hash;
    this.warnings = loaded.warnings;
  }

  /** For `Tenor.load`. */
  static async load(client: Client, params: string, options?: CallOptions): Promise<Contract> {
    const { answer, contract } = await client.load(params, options);
    const loaded = decodeAnswer<LoadResult>(answer);
    if (contract === undefined) throw new TenorError("protocol_mismatch", "the wheel loaded a contract without giving its handle");
    return new Contract(client, contract, loaded);
  }

  /** The verdicts that follow from the facts. */
  evaluate({ facts }: EvaluateInput, options?: CallOptions): Promise<EvaluateResult> {
    return this.ask("evaluate", () => encodeParams({}, { facts }), options);
  }

  /** What the persona may do to which instances, and what blocks the rest. That something is blocked is a result, no error. */
  actionSpace({ facts, entityStates, persona }: ActionSpaceInput, options?: CallOptions): Promise<ActionSpaceResult> {
    return this.ask("action_space", () => encodeParams({ persona }, { facts, entity_states: entityStates }), options);
  }

  /** How a flow would run; nothing is changed. */
  simulateFlow(input: SimulateFlowInput, options?: CallOptions): Promise<SimulateFlowResult> {
    const { flow, provenance } = input;
    return this.ask("simulate_flow", () => encodeRun({ flow, provenance }, input), options);
  }

  /** Why something is as it is, down to the facts; for a blocked action also what would open it, each suggestion tried. */
  explain(input: ExplainInput, options?: CallOptions): Promise<ExplainResult> {
    const { target, limit } = input;
    return this.ask("explain", () => encodeRun({ target, limit }, input), options);
  }

  /** Whether a provenance chain follows from its own inputs; that it does not is a result, no error. */
  verify(chain: Document<Chain>, options?: CallOptions): Promise<VerifyResult> {
    return this.ask("verify", () => encodeParams({}, { chain }), options);
  }

  /** What is different between two evaluations, and which input caused it. */
  diff({ a, b, flow, otherContract }: DiffInput, options?: CallOptions): Promise<DiffResult> {
    const encode = (): string => encodeParams({ flow }, { a: encodeRun({}, a, "/a"), b: encodeRun({}, b, "/b") });
    return this.ask("diff", encode, options, otherContract === undefined ? [] : [["other_contract", otherContract]]);
  }

  /** How each scenario of a document went, and what they exercised of the contract. */
  runScenarios(scenarios: Document<Scenarios>, options?: CallOptions): Promise<RunScenariosResult> {
    return this.ask("run_scenarios", () => encodeParams({}, { scenarios }), options);
  }

  /** What the contract declares. */
  inspect(options?: CallOptions): Promise<InspectResult> {
    return this.ask("inspect", () => "{}", options);
  }

  /** Whether `free` was called. */
  get freed(): boolean {
    return this.live.freed;
  }

  /** Forget the contract. Calls made before are still answered; later ones are refused with `unknown_handle`. */
  free(): Promise<void> {
    return this.client.free(this.live);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.free();
  }

  /** `async`, so that parameters that cannot be written reject like any other fault. */
  private async ask<Result>(
    method: string,
    encode: () => string,
    options: CallOptions | undefined,
    others: readonly (readonly [parameter: string, contract: Contract])[] = [],
  ): Promise<Result> {
    const taken = [["contract", this] as const, ...others];
    for (const [parameter, { live, id }] of taken) {
      if (live.freed) throw new TenorError("unknown_handle", `the contract \`${id}\` was freed: load it again`, `/${parameter}`);
    }
    const contracts = Object.fromEntries(taken.map(([parameter, { live }]) => [parameter, live]));
    return decodeAnswer<Result>(await this.client.call(method, encode(), options, contracts));
  }
}

/** The parameters of a run, beside those of the method; absent ones are left out. */
function encodeRun(own: Readonly<Record<string, unknown>>, input: Omit<RunInput, "persona"> & { persona?: string | undefined }, at?: string): string {
  const { persona, facts, entityStates, instanceBindings, outcomes } = input;
  const maybe = { instance_bindings: instanceBindings, outcomes };
  // Of these two, null and "" have a meaning too: they are no documents then.
  return encodeParams({ ...own, persona, ...notDocuments(maybe) }, { facts, entity_states: entityStates, ...documents(maybe) }, at);
}

type MaybeDocuments = Readonly<Record<string, Document | InstanceBindings | Outcomes | undefined>>;

function documents(given: MaybeDocuments): Record<string, Document | undefined> {
  const entries = Object.entries(given).filter(([, value]) => value !== null && value !== "");
  return Object.fromEntries(entries) as Record<string, Document | undefined>;
}

function notDocuments(given: MaybeDocuments): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value === null || value === ""));
}
