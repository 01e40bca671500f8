/**
 * What calls take and answer with. Names are the wire's own, so that a result can be handed on unchanged.
 *
 * Generated from tenor_wasm/api/schemas by scripts/generate-types.mjs: change the schemas, then `npm run types`.
 */

/**
 * A value with its kind; decimals are texts.
 */
export type Payload =
  | {
      kind: "bool_value";
      value: boolean;
    }
  | {
      kind: "int_value";
      value: number | string;
    }
  | {
      kind: "decimal_value";
      value: Decimal;
    }
  | {
      kind: "text_value";
      value: string;
    }
  | {
      kind: "enum_value";
      value: string;
    }
  | {
      kind: "date_value";
      value: string;
    }
  | {
      kind: "datetime_value";
      value: string;
    }
  | {
      kind: "money_value";
      amount: Decimal;
      currency: string;
    }
  | {
      kind: "duration_value";
      value: number | string;
      unit: "seconds" | "minutes" | "hours" | "days";
    }
  | {
      kind: "record_value";
      fields: {
        [k: string]: Payload;
      };
    }
  | {
      kind: "tagged_union_value";
      tag: string;
      payload: Payload;
    }
  | {
      kind: "list_value";
      elements: Payload[];
    };
/**
 * A decimal in plain notation.
 */
export type Decimal = string;
/**
 * Why: persona, precondition, entity state, in this order.
 */
export type BlockedReason =
  | {
      type: "PersonaNotAuthorized";
      operation_id: string;
      allowed_personas: string[];
    }
  | {
      type: "PreconditionNotMet";
      missing_verdicts: string[];
      operation_id: string | null;
    }
  | {
      type: "EntityNotInSourceState";
      entity_id: string;
      current_state: string;
      required_state: string;
      required_states: string[];
      operation_id: string;
      instance_ids: string[];
    };
/**
 * The content hash of the contract (§19.2).
 */
export type ContractHash = string;
/**
 * A JSON Pointer (RFC 6901); empty for the whole argument.
 */
export type Pointer = string;
/**
 * What was tolerated or ignored.
 */
export type Warnings = Finding[];
/**
 * A top-level construct, told by its kind.
 */
export type BundleConstruct =
  BundleFact | BundleEntity | BundleRule | BundlePersona | BundleOperation | BundleFlow | BundleSource | BundleSystem;
/**
 * One of the twelve base types (§4.1).
 */
export type BaseType =
  | {
      base: "Bool";
    }
  | {
      base: "Date";
    }
  | {
      base: "DateTime";
    }
  | {
      base: "Int";
      min?: number | string;
      max?: number | string;
    }
  | {
      base: "Decimal";
      precision: number;
      scale: number;
    }
  | {
      base: "Text";
      max_length?: number;
    }
  | {
      base: "Enum";
      values: string[];
    }
  | {
      base: "Money";
      currency: string;
    }
  | {
      base: "Duration";
      unit: "seconds" | "minutes" | "hours" | "days";
      min?: number | string;
      max?: number | string;
    }
  | {
      base: "Record";
      fields: {
        [k: string]: BaseType;
      };
    }
  | {
      base: "TaggedUnion";
      variants: {
        [k: string]: BaseType;
      };
    }
  | {
      base: "List";
      element_type: BaseType;
      max?: number;
    };
/**
 * Something true or false (§10.2).
 */
export type BundlePredicate =
  | {
      op: "and" | "or";
      left: BundlePredicate;
      right: BundlePredicate;
      [k: string]: unknown;
    }
  | {
      op: "not";
      operand: BundlePredicate;
      [k: string]: unknown;
    }
  | {
      op: "=" | "!=" | "<" | "<=" | ">" | ">=";
      left: BundleTerm;
      right: BundleTerm;
      comparison_type?: BaseType;
      [k: string]: unknown;
    }
  | {
      quantifier: "forall" | "exists";
      variable: string;
      variable_type?: BaseType;
      domain: BundleTerm;
      body: BundlePredicate;
      [k: string]: unknown;
    }
  | {
      verdict_present: string;
      [k: string]: unknown;
    }
  | BundleTerm;
/**
 * A value: a fact, a field, a literal, or arithmetic (§10.2, §4.2).
 */
export type BundleTerm =
  | {
      fact_ref: string;
      [k: string]: unknown;
    }
  | {
      field_ref: {
        var: string;
        field: string;
        [k: string]: unknown;
      };
      [k: string]: unknown;
    }
  | {
      literal: {
        [k: string]: unknown;
      };
      type?: BaseType;
      [k: string]: unknown;
    }
  | {
      op: "+" | "-";
      left: BundleTerm;
      right: BundleTerm;
      result_type?: BaseType;
      [k: string]: unknown;
    }
  | ({
      [k: string]: unknown;
    } & {
      op: "*";
      left: BundleTerm;
      right?: BundleTerm;
      literal?: number | string | {};
      result_type?: BaseType;
      [k: string]: unknown;
    })
  | {
      op: "len";
      operand: BundleTerm;
      [k: string]: unknown;
    }
  | {
      op: "index";
      operand: BundleTerm;
      index: number | string | BundleTerm;
      [k: string]: unknown;
    };
/**
 * A step, told by its kind.
 */
export type BundleStep =
  BundleOperationStep | BundleBranchStep | BundleHandoffStep | BundleSubFlowStep | BundleParallelStep;
/**
 * A step id, or the end of the flow.
 */
export type BundleTarget = string | BundleTerminal;
/**
 * What happens on failure (§11.3).
 */
export type BundleHandler =
  | {
      kind: "Terminate";
      outcome: string;
      [k: string]: unknown;
    }
  | {
      kind: "Compensate";
      steps: {
        op: string;
        persona: string;
        on_failure: BundleTerminal;
        [k: string]: unknown;
      }[];
      then: BundleTerminal;
      [k: string]: unknown;
    }
  | {
      kind: "Escalate";
      to_persona: string;
      next: string;
      [k: string]: unknown;
    };
/**
 * Bool, Int, text, list, or an object: Money {amount, currency}, Duration {value, unit}, TaggedUnion {tag, payload}, Record, or a structured decimal_value. Decimals are texts; a number with a fraction is refused.
 */
export type FactValue = boolean | number | bigint | string | FactValue[] | object;
/**
 * Input: entity → instance id; absent, null, "" and {} mean _default for every entity (§11.1).
 */
export type InstanceBindings =
  | {
      [k: string]: string;
    }
  | null
  | "";
/**
 * Input: step id → outcome label, comp:<operation> for a compensation, where several outcomes apply (§9.2).
 */
export type Outcomes = {
  [k: string]: string;
} | null;

/**
 * A flow that can be started.
 */
export interface Action {
  flow_id: string;
  persona_id: string;
  entry_operation_id: string;
  first_operation_ids: string[];
  enabling_verdicts: CurrentVerdict[];
  affected_entities: {
    entity_id: string;
    current_state: string;
    possible_transitions: string[];
  }[];
  description: string;
  instance_bindings: InstanceSets;
  /**
   * Per outcome of a first operation, the instances that any combination of which it accepts.
   */
  outcomes: {
    operation_id: string;
    outcome: string;
    instance_bindings: InstanceSets;
  }[];
  blocked_instances: InstanceStates;
}
/**
 * A produced verdict, as the action space lists it.
 */
export interface CurrentVerdict {
  verdict_type: string;
  payload: Payload;
  producing_rule: string;
  stratum: number;
}
/**
 * Entity → instance ids, sorted.
 */
export interface InstanceSets {
  [k: string]: string[];
}
/**
 * Entity → instance → state.
 */
export interface InstanceStates {
  [k: string]: {
    [k: string]: string;
  };
}
/**
 * A flow that cannot be started; reason is the first of reasons.
 */
export interface BlockedAction {
  flow_id: string;
  reason: BlockedReason;
  reasons: BlockedReason[];
  instance_bindings: InstanceSets;
  blocked_instances: InstanceStates;
  /**
   * The terminal outcome of a flow that reaches no operation.
   */
  ends_with?: string;
}
/**
 * Result of action_space: what the persona may do to which instances, and what blocks the rest (§15.6).
 */
export interface ActionSpaceResult {
  persona_id: string;
  actions: Action[];
  current_verdicts: CurrentVerdict[];
  blocked_actions: BlockedAction[];
  contract_hash: ContractHash;
  warnings: Warnings;
}
/**
 * One fault or warning.
 */
export interface Finding {
  code: string;
  message: string;
  path: Pointer;
}
export interface BundleFact {
  id: string;
  kind: "Fact";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  type: BaseType;
  source: string | {[k: string]: unknown};
  default?: unknown;
  [k: string]: unknown;
}
export interface BundleEntity {
  id: string;
  kind: "Entity";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  states: string[];
  initial: string;
  transitions: {
    from: string;
    to: string;
    [k: string]: unknown;
  }[];
  parent?: string | null;
  [k: string]: unknown;
}
export interface BundleRule {
  id: string;
  kind: "Rule";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  stratum: number;
  body: {
    when: BundlePredicate;
    produce: {
      verdict_type: string;
      payload: {
        type: BaseType;
        /**
         * A literal of the payload type, or a term.
         */
        value: {
          [k: string]: unknown;
        };
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
export interface BundlePersona {
  id: string;
  kind: "Persona";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  [k: string]: unknown;
}
export interface BundleOperation {
  id: string;
  kind: "Operation";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  allowed_personas: string[];
  precondition: BundlePredicate;
  effects: {
    entity_id: string;
    from: string;
    to: string;
    outcome?: string | null;
    [k: string]: unknown;
  }[];
  error_contract: string[];
  outcomes?: string[] | null;
  [k: string]: unknown;
}
export interface BundleFlow {
  id: string;
  kind: "Flow";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  entry: string;
  snapshot?: "at_initiation" | null;
  steps: BundleStep[];
  [k: string]: unknown;
}
export interface BundleOperationStep {
  id: string;
  kind: "OperationStep";
  op: string;
  persona: string;
  outcomes: {
    [k: string]: BundleTarget;
  };
  on_failure: BundleHandler;
  [k: string]: unknown;
}
export interface BundleTerminal {
  kind: "Terminal";
  outcome: string;
  [k: string]: unknown;
}
export interface BundleBranchStep {
  id: string;
  kind: "BranchStep";
  condition: BundlePredicate;
  persona: string;
  if_true: BundleTarget;
  if_false: BundleTarget;
  [k: string]: unknown;
}
export interface BundleHandoffStep {
  id: string;
  kind: "HandoffStep";
  from_persona: string;
  to_persona: string;
  next: string;
  [k: string]: unknown;
}
export interface BundleSubFlowStep {
  id: string;
  kind: "SubFlowStep";
  flow: string;
  persona: string;
  on_success: BundleTarget;
  on_failure: BundleHandler;
  [k: string]: unknown;
}
export interface BundleParallelStep {
  id: string;
  kind: "ParallelStep";
  branches: {
    id: string;
    entry: string;
    steps: BundleStep[];
    [k: string]: unknown;
  }[];
  join: {
    on_all_success: BundleTarget;
    on_any_failure: BundleHandler;
    on_all_complete?: BundleTarget | null;
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
export interface BundleSource {
  id: string;
  kind: "Source";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  [k: string]: unknown;
}
export interface BundleSystem {
  id: string;
  kind: "System";
  provenance?: {[k: string]: unknown};
  tenor?: string;
  [k: string]: unknown;
}
/**
 * Input: a contract as an interchange bundle. What a schema cannot say (references, graphs, types of expressions) is checked when the contract is loaded.
 */
export interface Bundle {
  id: string;
  kind: "Bundle";
  tenor?: string;
  tenor_version: string;
  constructs: BundleConstruct[];
  [k: string]: unknown;
}
/**
 * A produced verdict; what its rule touched is listed in the order of first touch (§7.2).
 */
export interface Verdict {
  type: string;
  payload: Payload;
  provenance: {
    rule: string;
    stratum: number;
    facts_used: string[];
    verdicts_used: string[];
  };
}
/**
 * One state change of one instance.
 */
export interface Transition {
  entity_id: string;
  instance_id: string;
  from_state: string;
  to_state: string;
}
/**
 * Result of elaborate (§14.2).
 */
export interface ElaborateResult {
  bundle: Bundle;
}
/**
 * Input: per entity a state (one instance _default) or an object of instance id → state (§6.5).
 */
export interface EntityStates {
  [k: string]:
    | string
    | {
        [k: string]: string;
      };
}
/**
 * Result of evaluate: the verdicts in stratum order.
 */
export interface EvaluateResult {
  verdicts: Verdict[];
  contract_hash: ContractHash;
  warnings: Warnings;
}
/**
 * Input: fact id → value, by declared type (§5.2).
 */
export interface Facts {
  [k: string]: FactValue;
}
/**
 * Input: file name → .tenor text.
 */
export interface Files {
  [k: string]: string;
}
/**
 * Result of format.
 */
export interface FormatResult {
  source: string;
}
/**
 * Result of inspect: what a contract declares.
 */
export interface InspectResult {
  id: string;
  contract_hash: ContractHash;
  facts: {
    id: string;
    type: string;
    type_spec: BaseType;
    source: string | {};
    has_default: boolean;
    default?: unknown;
  }[];
  entities: {
    id: string;
    initial: string;
    states: string[];
    transitions: {
      from: string;
      to: string;
    }[];
    parent?: string;
  }[];
  rules: {
    id: string;
    stratum: number;
    produces: string;
    condition_summary: string;
    payload_type: BaseType;
    payload_summary: string;
  }[];
  personas: {
    id: string;
  }[];
  operations: {
    id: string;
    allowed_personas: string[];
    effects: {
      entity_id: string;
      from: string;
      to: string;
      outcome: string;
    }[];
    outcomes: string[];
    error_contract: string[];
    precondition_summary: string;
  }[];
  flows: {
    id: string;
    entry: string;
    steps: string[];
    affected_entities: string[];
  }[];
  warnings: Warnings;
}
/**
 * Result of load.
 */
export interface LoadResult {
  handle: number;
  contract_id: string;
  contract_hash: ContractHash;
  warnings: Warnings;
}
/**
 * One step as it happened; steps of a sub-flow are nested.
 */
export interface PathStep {
  step_id: string;
  step_type: "operation" | "branch" | "handoff" | "sub_flow" | "parallel" | "compensation" | "escalation";
  result: string;
  instance_bindings?: {
    [k: string]: string;
  };
  branch_id?: string;
  provenance?: StepProvenance;
  error?: {
    code: string;
    message: string;
    details: {[k: string]: unknown};
  };
  facts_used?: string[];
  verdicts_used?: string[];
  steps?: PathStep[];
}
/**
 * What one execution of an operation rested on and did (§9.5).
 */
export interface StepProvenance {
  operation: string;
  persona: string;
  outcome: string;
  instance_binding: {
    [k: string]: string;
  };
  facts_used: string[];
  verdicts_used: string[];
  state_before: InstanceStates;
  state_after: InstanceStates;
  ambiguous_outcomes?: string[];
}
/**
 * Result of simulate_flow: how a flow would run (§11.4, §19.6).
 */
export interface SimulateFlowResult {
  simulation: true;
  flow_id: string;
  persona: string;
  outcome: string;
  path: PathStep[];
  would_transition: Transition[];
  verdicts: Verdict[];
  /**
   * The bindings as they were given.
   */
  instance_bindings: {
    [k: string]: string;
  };
  /**
   * The bindings that were used.
   */
  resolved_bindings: {
    [k: string]: string;
  };
  /**
   * Whether a parent flow would treat this ending as a failure.
   */
  failed: boolean;
  contract_hash: ContractHash;
  warnings: Warnings;
}
/**
 * Result of tenor check --json, and details of the error invalid_source (§14.3).
 */
export interface SourceErrors {
  /**
   * Items: One error, at its token.
   */
  errors: {
    pass: number;
    construct_kind: string | null;
    construct_id: string | null;
    field: string | null;
    file: string;
    line: number;
    column: number;
    end_column: number;
    code: string;
    message: string;
    help?: string;
  }[];
}
/**
 * Result of version.
 */
export interface VersionResult {
  version: string;
}
