/** A loaded contract, as the application holds it: the handle stays good when the worker behind it is replaced. */

import { exactChain } from "./answers.js";
import type { CallOptions, Client } from "./calls.js";
import { TenorError } from "./errors.js";
import type { NumberOf } from "./json.js";
import type { LiveContract } from "./lives.js";
import { decodeAnswer, type Document, encodeParams, type FactsDocument, orNone } from "./protocol.js";
import { Session } from "./session.js";
import type {
  ActionSpaceCountsResult,
  ActionSpaceGroupedResult,
  ActionSpaceResult,
  Chain,
  ChainRecordResult,
  DiffResult,
  EntityStates,
  EvaluateBatchResult,
  EvaluateResult,
  ExplainResult,
  Finding,
  InspectResult,
  InstanceBindings,
  LoadResult,
  Outcomes,
  Page,
  RunScenariosResult,
  Scenarios,
  SimulateFlowResult,
  VerifyResult,
} from "./types.js";

/** Facts: a value, or its JSON text. */
export interface EvaluateInput {
  readonly facts: FactsDocument;
}

/** Facts, instances and who asks. */
export interface SituationInput extends EvaluateInput {
  readonly persona: string;
  /**
   * Per entity a state, or an object of instance id → state. An instance that is absent does not exist; only to
   * a flow that is run (`simulateFlow`) an entity that is wholly absent has one instance, `_default`, in its initial state.
   */
  readonly entityStates?: Document<EntityStates> | undefined;
}

export interface EvaluateBatchInput {
  /** Each is evaluated by itself; one that cannot be is answered with its error. */
  readonly factSets: Document<readonly object[]>;
  /** The personas whose action spaces each result holds besides. */
  readonly personas?: readonly string[] | undefined;
  /** The entity states of all these action spaces. */
  readonly entityStates?: Document<EntityStates> | undefined;
}

export interface ScenarioOptions extends CallOptions {
  /** What the answer has for numbers beyond JavaScript's, in the place of texts: as expectations they must be numbers again. */
  readonly numberOf?: NumberOf | undefined;
}

/** How much of an action space is wanted. */
export interface ViewInput {
  /** Each flow with its instances (`full`, the default), instances once per entity and state (`grouped`), or only numbers (`counts`). */
  readonly form?: keyof ActionSpaceForms | undefined;
  /** Only this flow. */
  readonly flow?: string | undefined;
  /** Only the flows that take up this entity, and only its instances. */
  readonly entity?: string | undefined;
  /** At most so many instances; `next_cursor` of the result is the `cursor` of the page that follows. */
  readonly page?: Page | undefined;
}

export interface ActionSpaceInput extends SituationInput, ViewInput {}

/** The result of each form of an action space. */
export interface ActionSpaceForms {
  readonly full: ActionSpaceResult;
  readonly grouped: ActionSpaceGroupedResult;
  readonly counts: ActionSpaceCountsResult;
}

/** What a run begins with: the instances that take part and the outcomes to take, beside facts, states and persona. */
interface RunInput extends SituationInput {
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

/** The result of a run that was asked for its provenance chain. */
export type RunWithChain = SimulateFlowResult & { readonly provenance: Chain };

/** What a provenance chain comes in: the result of a run, or a record of a server's. */
export type ChainHolder = Pick<RunWithChain, "provenance"> | Pick<ChainRecordResult, "chain">;

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
    const { answer, live } = await client.load(params, options);
    const loaded = decodeAnswer<LoadResult>(answer);
    if (live === undefined) throw new TenorError("protocol_mismatch", "the wheel loaded a contract without giving its handle");
    return new Contract(client, live, loaded);
  }

  /** The verdicts that follow from the facts. */
  evaluate(input: EvaluateInput, options?: CallOptions): Promise<EvaluateResult> {
    return this.ask("evaluate", input, ({ facts }) => encodeParams({}, { facts }), options);
  }

  /** What the persona may do to which instances, and what blocks the rest. That something is blocked is a result, no error. */
  actionSpace<Form extends keyof ActionSpaceForms = "full">(
    input: ActionSpaceInput & { readonly form?: Form | undefined },
    options?: CallOptions,
  ): Promise<ActionSpaceForms[Form]> {
    const encode = ({ facts, entityStates, persona, form, flow, entity, page }: ActionSpaceInput): string =>
      encodeParams({ persona, form, flow, entity, page }, { facts, entity_states: entityStates });
    return this.ask("action_space", input, encode, options);
  }

  /** Many fact sets in one call, and for each many personas: what `evaluate` and `actionSpace` would answer one by one. */
  evaluateBatch(input: EvaluateBatchInput, options?: CallOptions): Promise<EvaluateBatchResult> {
    const encode = ({ factSets, entityStates, personas }: EvaluateBatchInput): string =>
      encodeParams({ personas }, { fact_sets: factSets, entity_states: entityStates });
    return this.ask("evaluate_batch", input, encode, options);
  }

  /** How a flow would run; nothing is changed. */
  simulateFlow(input: SimulateFlowInput & { readonly provenance: true }, options?: CallOptions): Promise<RunWithChain>;
  simulateFlow(input: SimulateFlowInput, options?: CallOptions): Promise<SimulateFlowResult>;
  simulateFlow(input: SimulateFlowInput, options?: CallOptions): Promise<SimulateFlowResult> {
    return this.ask("simulate_flow", input, ({ flow, provenance, ...run }) => encodeRun({ flow, provenance }, run), options);
  }

  /** Why something is as it is, down to the facts; for a blocked action also what would open it, each suggestion tried. */
  explain(input: ExplainInput, options?: CallOptions): Promise<ExplainResult> {
    return this.ask("explain", input, ({ target, limit, ...run }) => encodeRun({ target, limit }, run), options);
  }

  /**
   * Whether a provenance chain follows from its own inputs; that it does not is a result, no error. Takes the chain, what it came in, or
   * the JSON text of either, also of a whole answer of `Tenor.call`; only the chain is looked at.
   */
  verify(chain: Document<Chain | ChainHolder>, options?: CallOptions): Promise<VerifyResult> {
    return this.ask("verify", { chain }, (given) => encodeParams({}, { chain: exactChain(given.chain) }), options);
  }

  /** What is different between two evaluations, and which input caused it. */
  diff(input: DiffInput, options?: CallOptions): Promise<DiffResult> {
    const encode = ({ a, b, flow }: DiffInput): string =>
      encodeParams({ flow }, { a: encodeRun({}, a, "/a"), b: encodeRun({}, b, "/b") });
    const other = orNone(input).otherContract;
    return this.ask("diff", input, encode, options, other === undefined ? [] : [["other_contract", other]]);
  }

  /** How each scenario of a document went, and what they exercised of the contract. */
  runScenarios(scenarios: Document<Scenarios>, options?: ScenarioOptions): Promise<RunScenariosResult> {
    return this.ask("run_scenarios", { scenarios }, (given) => encodeParams({}, given), options);
  }

  /**
   * Facts, instances and a persona that stay and change little by little: only what a change touches is computed again. A session that
   * is given no instances has none, until some are added.
   */
  openSession(input: SituationInput, options?: CallOptions): Promise<Session> {
    const { facts, entityStates, persona } = orNone(input);
    const encode = (): string => encodeParams({ persona }, { facts, entity_states: entityStates });
    return this.live.freed ? this.refuse() : Session.open(this.client, this.live, encode, options);
  }

  /** What the contract declares. */
  inspect(options?: CallOptions): Promise<InspectResult> {
    return this.ask("inspect", {}, () => "{}", options);
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

  private refuse(parameter = "contract"): Promise<never> {
    return Promise.reject(new TenorError("unknown_handle", `the contract \`${this.id}\` was freed: load it again`, `/${parameter}`));
  }

  /** `async`, so that parameters that cannot be written reject like any other fault. */
  private async ask<Input, Result>(
    method: string,
    input: Input,
    encode: (input: Input) => string,
    options: ScenarioOptions | undefined,
    others: readonly (readonly [parameter: string, contract: Contract])[] = [],
  ): Promise<Result> {
    const taken = [["contract", this] as const, ...others];
    for (const [parameter, contract] of taken) if (contract.live.freed) await contract.refuse(parameter);
    const contracts = Object.fromEntries(taken.map(([parameter, { live }]) => [parameter, live]));
    return decodeAnswer<Result>(await this.client.call(method, encode(orNone(input)), options, contracts), options?.numberOf);
  }
}

/** The parameters of a run, beside those of the method; absent ones are left out. */
function encodeRun(own: Readonly<Record<string, unknown>>, input: Omit<RunInput, "persona"> & { persona?: string | undefined }, at?: string): string {
  const { persona, facts, entityStates, instanceBindings, outcomes } = orNone(input);
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
