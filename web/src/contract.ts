/** A loaded contract, as the application holds it: the handle stays good when the worker behind it is replaced. */

import type { CallOptions, Client, LiveContract } from "./client.js";
import { TenorError } from "./errors.js";
import { decodeAnswer, type Document, encodeParams } from "./protocol.js";
import type {
  ActionSpaceCountsResult,
  ActionSpaceGroupedResult,
  ActionSpaceResult,
  EntityStates,
  EvaluateResult,
  Facts,
  Finding,
  InspectResult,
  InstanceBindings,
  LoadResult,
  Outcomes,
  Page,
  SimulateFlowResult,
} from "./types.js";

/** Facts: a value, or its JSON text. */
export interface EvaluateInput {
  readonly facts: Document<Facts>;
}

/** Facts, instances and who asks. */
export interface SituationInput extends EvaluateInput {
  readonly persona: string;
  /** Per entity a state, or an object of instance id → state; what is absent is in its initial state. */
  readonly entityStates?: Document<EntityStates> | undefined;
}

export interface ActionSpaceInput extends SituationInput {
  /** Each flow with its instances (`full`, the default), instances once per entity and state (`grouped`), or only numbers (`counts`). */
  readonly form?: keyof ActionSpaceForms | undefined;
  /** Only this flow. */
  readonly flow?: string | undefined;
  /** Only the flows that take up this entity, and only its instances. */
  readonly entity?: string | undefined;
  /** At most so many instances; `next_cursor` of the result is the `cursor` of the page that follows. */
  readonly page?: Page | undefined;
}

/** The result of each form of an action space. */
export interface ActionSpaceForms {
  readonly full: ActionSpaceResult;
  readonly grouped: ActionSpaceGroupedResult;
  readonly counts: ActionSpaceCountsResult;
}

export interface SimulateFlowInput extends SituationInput {
  readonly flow: string;
  /** Entity → the instance that takes part. */
  readonly instanceBindings?: Document | InstanceBindings | undefined;
  /** Step id → the outcome to take, where several apply. */
  readonly outcomes?: Document | Outcomes | undefined;
}

/** What `explain` takes, by the names of the wire; a document may be given as JSON text. */
export interface ExplainInput extends EvaluateInput {
  readonly persona?: string | undefined;
  readonly entityStates?: Document<EntityStates> | undefined;
  /** What is to be explained, and any other parameter of the wheel's `explain`, by its name. */
  readonly [parameter: string]: unknown;
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
  actionSpace<Form extends keyof ActionSpaceForms = "full">(
    { facts, entityStates, persona, form, flow, entity, page }: ActionSpaceInput & { readonly form?: Form | undefined },
    options?: CallOptions,
  ): Promise<ActionSpaceForms[Form]> {
    return this.ask("action_space", () => encodeParams({ persona, form, flow, entity, page }, { facts, entity_states: entityStates }), options);
  }

  /** How a flow would run; nothing is changed. */
  simulateFlow(input: SimulateFlowInput, options?: CallOptions): Promise<SimulateFlowResult> {
    const { flow, persona, facts, entityStates, instanceBindings, outcomes } = input;
    const encode = (): string =>
      encodeParams(
        // Of these two, null and "" have a meaning too: they are no documents then.
        { flow, persona, ...notDocuments({ instance_bindings: instanceBindings, outcomes }) },
        { facts, entity_states: entityStates, ...documents({ instance_bindings: instanceBindings, outcomes }) },
      );
    return this.ask("simulate_flow", encode, options);
  }

  /** Why something is as it is; refused with `unknown_method` by a wheel that cannot explain. */
  explain({ facts, entityStates, ...others }: ExplainInput, options?: CallOptions): Promise<unknown> {
    return this.ask("explain", () => encodeParams(others, { facts, entity_states: entityStates }), options);
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
  private async ask<Result>(method: string, encode: () => string, options: CallOptions | undefined): Promise<Result> {
    if (this.live.freed) {
      throw new TenorError("unknown_handle", `the contract \`${this.id}\` was freed: load it again`, "/contract");
    }
    return decodeAnswer<Result>(await this.client.call(method, encode(), options, this.live));
  }
}

type MaybeDocuments = Readonly<Record<string, Document | InstanceBindings | Outcomes | undefined>>;

function documents(given: MaybeDocuments): Record<string, Document | undefined> {
  const entries = Object.entries(given).filter(([, value]) => value !== null && value !== "");
  return Object.fromEntries(entries) as Record<string, Document | undefined>;
}

function notDocuments(given: MaybeDocuments): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value === null || value === ""));
}
