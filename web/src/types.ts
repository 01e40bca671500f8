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
 * The number of a moment of the session: it grows by one with each change that is taken over.
 */
export type Revision = number;
/**
 * Why: persona, precondition, entity state, in this order.
 */
export type ActionSpaceGroupedReason =
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
      /**
       * States, sorted: all instances in them.
       */
      instance_states: string[];
    };
/**
 * Why: persona, precondition, entity state, in this order.
 */
export type ActionSpaceCountsReason =
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
      instance_count: number;
    };
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
 * The declared source of a fact (§5.1).
 */
export type ChainSource =
  | string
  | {
      source_id?: string;
      path?: string;
      protocol?: string;
    };
/**
 * One step as it happened; each kind has its own members.
 */
export type ChainStep =
  | {
      step: string;
      step_type: "OperationStep" | "CompensationStep";
      operation: string;
      /**
       * The persona of the contract, and how it was resolved where the caller said it.
       */
      persona: {
        contract_persona: string;
        [k: string]: string;
      };
      outcome?: string;
      ambiguous_outcomes?: string[];
      /**
       * Why the operation was refused.
       */
      error?: {
        code: string;
        details: {[k: string]: unknown};
      };
      instance_binding: {
        [k: string]: string;
      };
      /**
       * Entity → instance → state; null where there is no such instance.
       */
      state_before: {
        [k: string]: {
          [k: string]: string | null;
        };
      };
      /**
       * Entity → instance → state; null where there is no such instance.
       */
      state_after: {
        [k: string]: {
          [k: string]: string | null;
        };
      };
      snapshot_id: string;
      /**
       * Only where a clock was given.
       */
      evaluated_at?: string;
      result: string;
      /**
       * The text of the condition and its truth; null where it was not decided.
       */
      precondition: {
        expression: string;
        met: boolean | null;
      };
      /**
       * Items: One state change of one instance.
       */
      transitions: {
        entity: string;
        instance: string;
        from: string;
        to: string;
        transition_declared: boolean;
      }[];
      facts_used: ChainFacts;
      verdicts_at_evaluation: ChainVerdicts;
      /**
       * Only where a clock was given.
       */
      executed_at?: string;
      /**
       * Only where a clock was given.
       */
      applied_at?: string;
    }
  | {
      step: string;
      step_type: "BranchStep";
      /**
       * The persona of the contract, and how it was resolved where the caller said it.
       */
      persona: {
        contract_persona: string;
        [k: string]: string;
      };
      result: "true" | "false";
      /**
       * The text of the condition and its truth.
       */
      condition: {
        expression: string;
        result: boolean;
      };
      next: string;
      facts_used: ChainFacts;
      verdicts_at_evaluation: ChainVerdicts;
      /**
       * Only where a clock was given.
       */
      executed_at?: string;
    }
  | {
      step: string;
      step_type: "HandoffStep";
      from_persona: string;
      to_persona: string;
      next: string;
      /**
       * Only where a clock was given.
       */
      executed_at?: string;
    }
  | {
      step: string;
      step_type: "SubFlowStep";
      /**
       * The persona of the contract, and how it was resolved where the caller said it.
       */
      persona: {
        contract_persona: string;
        [k: string]: string;
      };
      result: string;
      flow: ChainFlow;
      /**
       * Only where a clock was given.
       */
      executed_at?: string;
    }
  | {
      step: string;
      step_type: "ParallelStep";
      result: "completed" | "failed";
      branches: {
        branch_id: string;
        outcome: string;
        failed: boolean;
        steps: ChainStep[];
      }[];
      /**
       * Only where a clock was given.
       */
      executed_at?: string;
    }
  | {
      step: string;
      step_type: "Escalation";
      to_persona: string;
      next: string;
      /**
       * Only where a clock was given.
       */
      executed_at?: string;
    };
/**
 * The boundary within which the executor works (E20).
 */
export type ChainTrustDomain = string;
export type ExplainChange =
  | {
      kind: "fact";
      fact_id: string;
      parts: {
        path: (string | number)[];
        value: unknown;
      }[];
      /**
       * The comparison whose bound the value is.
       */
      bound?: string;
      /**
       * The same as an instruction for people.
       */
      text: string;
    }
  | {
      kind: "persona";
      persona: string;
      /**
       * The same as an instruction for people.
       */
      text: string;
    }
  | {
      kind: "instance";
      entity_id: string;
      state: string;
      instance_ids: string[];
      /**
       * The same as an instruction for people.
       */
      text: string;
    }
  | {
      kind: "flows";
      entity_id: string;
      instance_id: string;
      state: string | null;
      runs: ExplainRun[];
      /**
       * The same as an instruction for people.
       */
      text: string;
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
  /**
   * Where the next page begins; null on the last one. Only where a page was asked for.
   */
  next_cursor?: string | null;
  revision?: Revision;
}
/**
 * One fault or warning.
 */
export interface Finding {
  code: string;
  message: string;
  path: Pointer;
}
/**
 * Instances that came into a state and that left it, sorted.
 */
export interface ActionSpaceChangeMoves {
  added?: string[];
  removed?: string[];
}
/**
 * The members of a flow that changed.
 */
export interface ActionSpaceChangeChangedAction {
  flow_id: string;
  /**
   * The place in the list of the whole: the flow is new there, and all its members are here.
   */
  index?: number;
  persona_id?: string;
  entry_operation_id?: string;
  first_operation_ids?: string[];
  enabling_verdicts?: CurrentVerdict[];
  affected_entities?: {
    entity_id: string;
    current_state: string;
    possible_transitions: string[];
  }[];
  description?: string;
  /**
   * Entity → states, sorted: all instances in them.
   */
  instance_states?: {
    [k: string]: string[];
  };
  /**
   * Per outcome of a first operation, the instances that any combination of which it accepts.
   */
  outcomes?: {
    operation_id: string;
    outcome: string;
    /**
     * Entity → states, sorted: all instances in them.
     */
    instance_states: {
      [k: string]: string[];
    };
  }[];
  /**
   * Entity → states, sorted: all instances in them.
   */
  blocked_states?: {
    [k: string]: string[];
  };
}
/**
 * The members of a blocked flow that changed.
 */
export interface ActionSpaceChangeChangedBlockedAction {
  flow_id: string;
  /**
   * The place in the list of the whole: the flow is new there, and all its members are here.
   */
  index?: number;
  reason?: ActionSpaceGroupedReason;
  reasons?: ActionSpaceGroupedReason[];
  /**
   * Entity → states, sorted: all instances in them.
   */
  instance_states?: {
    [k: string]: string[];
  };
  /**
   * Entity → states, sorted: all instances in them.
   */
  blocked_states?: {
    [k: string]: string[];
  };
  /**
   * The terminal outcome of a flow that reaches no operation.
   */
  ends_with?: string;
}
/**
 * Result of action_space with a session and since: what is different in the grouped form since that revision. What is absent did not change. Where since is null or too long ago, the whole in its grouped form is answered instead.
 */
export interface ActionSpaceChangeResult {
  form: "change";
  since: Revision;
  revision: Revision;
  /**
   * Entity → state → the instances that came and went.
   */
  instances: {
    [k: string]: {
      [k: string]: ActionSpaceChangeMoves;
    };
  };
  actions: ActionSpaceChangeChangedAction[];
  blocked_actions: ActionSpaceChangeChangedBlockedAction[];
  persona_id?: string;
  current_verdicts?: CurrentVerdict[];
  contract_hash?: ContractHash;
  warnings?: Warnings;
}
/**
 * A flow that can be started.
 */
export interface ActionSpaceCountsAction {
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
  /**
   * Entity → how many instances.
   */
  instance_counts: {
    [k: string]: number;
  };
  /**
   * Per outcome of a first operation, the instances that any combination of which it accepts.
   */
  outcomes: {
    operation_id: string;
    outcome: string;
    /**
     * Entity → how many instances.
     */
    instance_counts: {
      [k: string]: number;
    };
  }[];
  /**
   * Entity → how many instances.
   */
  blocked_counts: {
    [k: string]: number;
  };
}
/**
 * A flow that cannot be started; reason is the first of reasons.
 */
export interface ActionSpaceCountsBlockedAction {
  flow_id: string;
  reason: ActionSpaceCountsReason;
  reasons: ActionSpaceCountsReason[];
  /**
   * Entity → how many instances.
   */
  instance_counts: {
    [k: string]: number;
  };
  /**
   * Entity → how many instances.
   */
  blocked_counts: {
    [k: string]: number;
  };
  /**
   * The terminal outcome of a flow that reaches no operation.
   */
  ends_with?: string;
}
/**
 * Result of action_space with the form 'counts': as the full form, with numbers of instances in place of lists.
 */
export interface ActionSpaceCountsResult {
  persona_id: string;
  actions: ActionSpaceCountsAction[];
  current_verdicts: CurrentVerdict[];
  blocked_actions: ActionSpaceCountsBlockedAction[];
  contract_hash: ContractHash;
  warnings: Warnings;
  form: "counts";
  revision?: Revision;
}
/**
 * A flow that can be started.
 */
export interface ActionSpaceGroupedAction {
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
  /**
   * Entity → states, sorted: all instances in them.
   */
  instance_states: {
    [k: string]: string[];
  };
  /**
   * Per outcome of a first operation, the instances that any combination of which it accepts.
   */
  outcomes: {
    operation_id: string;
    outcome: string;
    /**
     * Entity → states, sorted: all instances in them.
     */
    instance_states: {
      [k: string]: string[];
    };
  }[];
  /**
   * Entity → states, sorted: all instances in them.
   */
  blocked_states: {
    [k: string]: string[];
  };
}
/**
 * A flow that cannot be started; reason is the first of reasons.
 */
export interface ActionSpaceGroupedBlockedAction {
  flow_id: string;
  reason: ActionSpaceGroupedReason;
  reasons: ActionSpaceGroupedReason[];
  /**
   * Entity → states, sorted: all instances in them.
   */
  instance_states: {
    [k: string]: string[];
  };
  /**
   * Entity → states, sorted: all instances in them.
   */
  blocked_states: {
    [k: string]: string[];
  };
  /**
   * The terminal outcome of a flow that reaches no operation.
   */
  ends_with?: string;
}
/**
 * Result of action_space with the form 'grouped': instances are listed once per entity and state, flows name states. It says what the full form says.
 */
export interface ActionSpaceGroupedResult {
  persona_id: string;
  actions: ActionSpaceGroupedAction[];
  current_verdicts: CurrentVerdict[];
  blocked_actions: ActionSpaceGroupedBlockedAction[];
  contract_hash: ContractHash;
  warnings: Warnings;
  form: "grouped";
  /**
   * Entity → state → instance ids, sorted: every instance of the entities that flows name, or a page of them.
   */
  instances: {
    [k: string]: InstanceSets;
  };
  /**
   * Where the next page begins; null on the last one. Only where a page was asked for.
   */
  next_cursor?: string | null;
  revision?: Revision;
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
 * A fact as the nested document shows it.
 */
export interface ChainFact {
  value: unknown;
  type: string;
  source: ChainSource;
  assertion_source: "external" | "contract";
  /**
   * Only where a clock was given.
   */
  received_at?: string;
}
export interface ChainFacts {
  [k: string]: ChainFact;
}
/**
 * A verdict, or what a rule that did not fire came to (produced is false).
 */
export interface ChainVerdict {
  value: unknown;
  produced: boolean;
  type: string;
  stratum: number;
  rule: string;
  when_expression: string;
  verdicts_used: string[];
  facts_used: ChainFacts;
}
export interface ChainVerdicts {
  [k: string]: ChainVerdict;
}
/**
 * The chain of a sub-flow.
 */
export interface ChainFlow {
  provenance_chain_id: string;
  flow_outcome: ChainFlowOutcome;
  entity_bindings: {
    [k: string]: string;
  };
  snapshot_id: string;
  steps: ChainStep[];
}
/**
 * How the flow ended.
 */
export interface ChainFlowOutcome {
  flow_id: string;
  persona: string;
  status: "completed" | "failed";
  outcome: string;
  execution_id?: string;
  called_by?: {
    step: string;
    sequence: number;
  };
  /**
   * Only where a clock was given.
   */
  started_at?: string;
  /**
   * Only where a clock was given.
   */
  completed_at?: string;
}
/**
 * What a decision touched, in the order of first touch.
 */
export interface ChainReferences {
  verdicts_referenced: {
    name: string;
    value: unknown;
    produced: boolean;
    stratum: number;
    provenance_ref: string;
  }[];
  facts_referenced: {
    name: string;
    value: unknown;
    provenance_ref: string;
  }[];
}
/**
 * The same as flat records that name each other by id; each kind in the order of writing.
 */
export interface ChainRecords {
  flow_outcomes: {
    provenance_chain_id: string;
    flow_id: string;
    persona: string;
    status: "completed" | "failed";
    outcome: string;
    execution_id?: string;
    called_by?: {
      step: string;
      sequence: number;
    };
    contract: string;
    contract_hash: ContractHash;
    simulation?: true;
    /**
     * Only where a clock was given.
     */
    started_at?: string;
    /**
     * Only where a clock was given.
     */
    completed_at?: string;
    entity_bindings: {
      [k: string]: string;
    };
    snapshot_id: string;
    verdict_set_ref: string;
    /**
     * Items: The record of a step, and of its operation.
     */
    steps: {
      step_id: string;
      ref?: string;
    }[];
    trust_domain?: ChainTrustDomain;
  }[];
  step_records: (
    | {
        step_record_id: string;
        sequence: number;
        step_name: string;
        step_type: "OperationStep" | "CompensationStep";
        operation: string;
        result: string;
        operation_provenance: string;
        /**
         * Only where a clock was given.
         */
        executed_at?: string;
        trust_domain?: ChainTrustDomain;
      }
    | {
        step_record_id: string;
        sequence: number;
        step_name: string;
        step_type: "BranchStep";
        /**
         * The persona of the contract, and how it was resolved where the caller said it.
         */
        persona: {
          contract_persona: string;
          [k: string]: string;
        };
        result: "true" | "false";
        /**
         * The text of the condition and its truth.
         */
        condition: {
          expression: string;
          result: boolean;
        };
        next: string;
        inputs: ChainReferences;
        /**
         * Only where a clock was given.
         */
        executed_at?: string;
        trust_domain?: ChainTrustDomain;
      }
    | {
        step_record_id: string;
        sequence: number;
        step_name: string;
        step_type: "HandoffStep";
        from_persona: string;
        to_persona: string;
        next: string;
        /**
         * Only where a clock was given.
         */
        executed_at?: string;
        trust_domain?: ChainTrustDomain;
      }
    | {
        step_record_id: string;
        sequence: number;
        step_name: string;
        step_type: "SubFlowStep";
        /**
         * The persona of the contract, and how it was resolved where the caller said it.
         */
        persona: {
          contract_persona: string;
          [k: string]: string;
        };
        result: string;
        flow_id: string;
        chain_ref: string;
        /**
         * Only where a clock was given.
         */
        executed_at?: string;
        trust_domain?: ChainTrustDomain;
      }
    | {
        step_record_id: string;
        sequence: number;
        step_name: string;
        step_type: "ParallelStep";
        result: "completed" | "failed";
        branches: {
          branch_id: string;
          outcome: string;
          failed: boolean;
          /**
           * Items: The record of a step, and of its operation.
           */
          steps: {
            step_id: string;
            ref?: string;
          }[];
        }[];
        /**
         * Only where a clock was given.
         */
        executed_at?: string;
        trust_domain?: ChainTrustDomain;
      }
    | {
        step_record_id: string;
        sequence: number;
        step_name: string;
        step_type: "Escalation";
        to_persona: string;
        next: string;
        /**
         * Only where a clock was given.
         */
        executed_at?: string;
        trust_domain?: ChainTrustDomain;
      }
  )[];
  operation_provenance: {
    provenance_id: string;
    sequence: number;
    operation: string;
    /**
     * The persona of the contract, and how it was resolved where the caller said it.
     */
    persona: {
      contract_persona: string;
      [k: string]: string;
    };
    outcome?: string;
    ambiguous_outcomes?: string[];
    /**
     * Why the operation was refused.
     */
    error?: {
      code: string;
      details: {[k: string]: unknown};
    };
    instance_binding: {
      [k: string]: string;
    };
    /**
     * Entity → instance → state; null where there is no such instance.
     */
    state_before: {
      [k: string]: {
        [k: string]: string | null;
      };
    };
    /**
     * Entity → instance → state; null where there is no such instance.
     */
    state_after: {
      [k: string]: {
        [k: string]: string | null;
      };
    };
    snapshot_id: string;
    /**
     * Only where a clock was given.
     */
    evaluated_at?: string;
    /**
     * The text of the condition and its truth; null where it was not decided.
     */
    precondition: {
      expression: string;
      result: boolean | null;
      verdict_ref?: string;
    };
    inputs: ChainReferences;
    /**
     * Items: One state change of one instance.
     */
    entity_transitions: {
      entity: string;
      instance: string;
      from_state: string;
      to_state: string;
      transition_declared: boolean;
    }[];
    verdict_set_ref: string;
    simulation?: true;
    /**
     * Only where a clock was given.
     */
    applied_at?: string;
    trust_domain?: ChainTrustDomain;
  }[];
  /**
   * @maxItems 1
   */
  verdict_sets:
    | []
    | [
        {
          verdict_set_id: string;
          contract_hash: ContractHash;
          /**
           * Only where a clock was given.
           */
          evaluated_at?: string;
          verdicts: {
            name: string;
            value: unknown;
            produced: boolean;
            type: string;
            stratum: number;
            rule: string;
            provenance_ref: string;
          }[];
          trust_domain?: ChainTrustDomain;
        }
      ];
  verdict_provenance: {
    verdict_provenance_id: string;
    verdict_name: string;
    rule: string;
    stratum: number;
    when_expression: string;
    result: boolean;
    inputs: ChainReferences;
    trust_domain?: ChainTrustDomain;
  }[];
  fact_provenance: {
    fact_provenance_id: string;
    fact_name: string;
    declared_type: string;
    value: unknown;
    source: ChainSource;
    assertion_source: "external" | "contract";
    /**
     * Only where a clock was given.
     */
    received_at?: string;
    trust_domain?: ChainTrustDomain;
  }[];
}
/**
 * Why each step of a flow went as it did, down to the facts (§15.4); it holds its own inputs, so that it can be verified.
 */
export interface Chain {
  format: "tenor-provenance/1";
  contract: string;
  contract_hash: ContractHash;
  simulation?: true;
  provenance_chain_id: string;
  flow_outcome: ChainFlowOutcome;
  entity_bindings: {
    [k: string]: string;
  };
  snapshot_id: string;
  steps: ChainStep[];
  /**
   * What started the flow.
   */
  trigger: {
    type: string;
    persona: string;
    [k: string]: string;
  };
  /**
   * All that the chain follows from, beside the contract.
   */
  inputs: {
    flow: string;
    persona: string;
    /**
     * The facts that were asserted, by id.
     */
    facts: {[k: string]: unknown};
    /**
     * The facts that have the contract's default.
     */
    defaults: string[];
    /**
     * The states of the bound instances; null where there is no such instance.
     */
    entity_states: {
      [k: string]: {
        [k: string]: string | null;
      };
    };
    instance_bindings: {
      [k: string]: string;
    };
    /**
     * The outcomes that were chosen, by step.
     */
    outcomes: {
      [k: string]: string;
    };
    /**
     * What the caller brought along: who called, and ids and times in the order in which they were asked for.
     */
    recorded: {
      execution_id?: string;
      trigger?: {
        [k: string]: string;
      };
      personas?: {
        [k: string]: {
          [k: string]: string;
        };
      };
      ids?: string[];
      times?: string[];
      trust_domain?: ChainTrustDomain;
    };
  };
  verdicts: ChainVerdicts;
  records: ChainRecords;
  /**
   * The SHA-256 of the canonical JSON of all other members.
   */
  content_hash: string;
  trust_domain?: ChainTrustDomain;
}
/**
 * A provenance chain as it is stored: it verifies as it stands; what vouches for it stands beside it.
 */
export interface ChainRecordResult {
  provenance_chain_id: string;
  execution_id: string;
  contract_hash: ContractHash;
  chain: Chain;
  attestation?: string;
  trust_domain?: string;
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
 * A fault: a stable code, a sentence that says what to do, and the place.
 */
export interface WireError {
  code: string;
  message: string;
  path: Pointer;
  details: {[k: string]: unknown};
}
/**
 * A thing that is not the same on both sides; null where a side does not have it. Of a rule, operation or flow the sides say whether it is declared.
 */
export interface DiffCause {
  kind: "persona" | "fact" | "verdict" | "state" | "binding" | "outcome" | "rule" | "operation" | "flow";
  name: string;
  a: unknown;
  b: unknown;
}
/**
 * Result of diff: what is different between two evaluations, and why.
 */
export interface DiffResult {
  /**
   * Whether all that follows is the same, also where inputs are not.
   */
  same: boolean;
  /**
   * What was given differently.
   */
  inputs: DiffCause[];
  verdicts: {
    verdict_type: string;
    change: "gained" | "lost" | "changed";
    a: unknown;
    b: unknown;
    causes: DiffCause[];
  }[];
  actions: {
    flow_id: string;
    change: "opened" | "blocked" | "other_reasons" | "other_operations" | "added" | "removed";
    a: "available" | "blocked" | "undeclared";
    b: "available" | "blocked" | "undeclared";
    causes: DiffCause[];
  }[];
  instances: {
    flow_id: string;
    entity_id: string;
    instance_id: string;
    a: "available" | "blocked" | "absent";
    b: "available" | "blocked" | "absent";
    causes: DiffCause[];
  }[];
  path: null | {
    index: number;
    a: null | PathStep;
    b: null | PathStep;
    outcome_a: string;
    outcome_b: string;
    causes: DiffCause[];
  };
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
 * What evaluate answers, and with it what action_space answers for each persona.
 */
export interface EvaluateBatchItem {
  verdicts: Verdict[];
  contract_hash: ContractHash;
  warnings: Warnings;
  /**
   * In the order of the personas; absent where none were given.
   */
  action_spaces?: ActionSpaceResult[];
}
/**
 * Why a fact set cannot be evaluated; the path leads from the parameters.
 */
export interface EvaluateBatchFailure {
  error: WireError;
}
/**
 * Result of evaluate_batch: for each fact set, in order, its result or its error.
 */
export interface EvaluateBatchResult {
  results: (EvaluateBatchItem | EvaluateBatchFailure)[];
  /**
   * How many fact sets could not be evaluated.
   */
  failed: number;
  contract_hash: ContractHash;
}
export interface ExecutionOperation {
  sequence: number;
  step_id: string;
  step_type: string;
  operation: string;
  persona: string;
  outcome?: string | null;
  error_code?: string;
  instance_binding: {
    [k: string]: string;
  };
  provenance_id?: string;
}
export interface ExecutionTransition {
  entity_id: string;
  instance_id: string;
  from_state: string;
  to_state: string;
  version: number;
  operation: string;
}
/**
 * A flow that ran on instances, and what was recorded of it (§15.3).
 */
export interface ExecutionResult {
  execution_id: string;
  provenance_chain_id: string;
  contract: string;
  contract_hash: ContractHash;
  flow_id: string;
  persona: string;
  outcome: string;
  /**
   * Whether a parent flow would treat this ending as a failure.
   */
  failed: boolean;
  /**
   * The bindings as they were given.
   */
  instance_bindings: {
    [k: string]: string;
  };
  /**
   * RFC 3339, UTC.
   */
  started_at: string;
  /**
   * RFC 3339, UTC.
   */
  completed_at: string;
  request_id?: string;
  trigger_id?: string;
  trust_domain?: string;
  /**
   * The bindings that were used.
   */
  resolved_bindings: {
    [k: string]: string;
  };
  simulation: false;
  /**
   * Whether the request had been carried out before; this is what it led to then.
   */
  repeated: boolean;
  path?: PathStep[];
  verdicts?: Verdict[];
  warnings?: Warnings;
  operations: ExecutionOperation[];
  transitions: ExecutionTransition[];
  attestation?: string;
  /**
   * What it triggered, where the contract is one of a system's.
   */
  triggers?: Trigger[];
}
export interface Trigger {
  trigger_id: string;
  source_contract: string;
  source_flow: string;
  source_outcome: string;
  source_execution: string;
  target_contract: string;
  target_flow: string;
  persona: string;
  /**
   * RFC 3339, UTC.
   */
  fired_at: string;
  status: "pending" | "initiated" | "failed";
  /**
   * The execution of the target flow.
   */
  initiated_at?: string;
  failure_code?: string;
  failure_reason?: string;
  attestation?: string;
  trust_domain?: string;
}
export interface ExecutionRecord {
  execution_id: string;
  provenance_chain_id: string;
  contract: string;
  contract_hash: ContractHash;
  flow_id: string;
  persona: string;
  outcome: string;
  /**
   * Whether a parent flow would treat this ending as a failure.
   */
  failed: boolean;
  /**
   * Entity → instance that the flow was bound to.
   */
  instance_bindings: {
    [k: string]: string;
  };
  /**
   * RFC 3339, UTC.
   */
  started_at: string;
  /**
   * RFC 3339, UTC.
   */
  completed_at: string;
  request_id?: string;
  trigger_id?: string;
  trust_domain?: string;
}
/**
 * A page of executions, in the order in which they were recorded.
 */
export interface ExecutionsResult {
  items: ExecutionRecord[];
  /**
   * What gives the next page; null on the last one.
   */
  next_cursor: string | null;
}
/**
 * Where the construct stands in its source.
 */
export interface ExplainPosition {
  file: string;
  line: number | string;
}
/**
 * A predicate, and what its evaluation touched, in the order of first touch.
 */
export interface ExplainExplanation {
  tree: ExplainTree;
  facts_used: string[];
  verdicts_used: string[];
}
/**
 * One sub-expression as it was evaluated.
 */
export interface ExplainTree {
  kind:
    | "comparison"
    | "truth"
    | "and"
    | "or"
    | "not"
    | "verdict"
    | "forall"
    | "exists"
    | "fact"
    | "variable"
    | "literal"
    | "field"
    | "variant"
    | "element"
    | "len"
    | "arithmetic"
    | "predicate"
    | "term";
  text: string;
  name?: string;
  operator?: "=" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*";
  truth?: boolean;
  /**
   * Short-circuit passed it over.
   */
  skipped?: true;
  /**
   * The tagged union holds another variant: there is no value.
   */
  absent?: true;
  type?: BaseType;
  /**
   * The value, in the form that facts have.
   */
  value?: {
    [k: string]: unknown;
  };
  operands?: ExplainTree[];
  /**
   * Elements of the quantifier's list.
   */
  length?: number;
  /**
   * Index of the element that decided; null when none did.
   */
  decided_by?: number | null;
  /**
   * Elements after it that would have decided too.
   */
  more_deciding?: number;
  cases?: {
    index: number;
    value: unknown;
    body: ExplainTree;
  }[];
}
export interface ExplainFact {
  value: unknown;
  type: BaseType;
  source: unknown;
  assertion_source: "external" | "contract";
  position?: ExplainPosition;
}
export interface ExplainVerdict {
  present: boolean;
  rule: string;
  stratum: number;
  when: ExplainExplanation;
  payload?: ExplainTree;
  position?: ExplainPosition;
}
export interface ExplainOperation {
  operation_id: string;
  persona: string;
  allowed_personas: string[];
  admitted: boolean;
  precondition: ExplainExplanation;
  instances: {
    entity_id: string;
    instance_id: string;
    /**
     * null: there is no such instance.
     */
    state: string | null;
    required_states: string[];
    suits: boolean;
  }[];
  position?: ExplainPosition;
}
export interface ExplainRun {
  flow_id: string;
  persona: string;
  instance_bindings: {
    [k: string]: string;
  };
}
/**
 * Minimal sets of changes, each proved by evaluating it.
 */
export interface ExplainRemedies {
  suggestions: {
    changes: ExplainChange[];
    obtained_verdicts: string[];
    lost_verdicts: string[];
  }[];
  detours: {
    flow_id: string;
    persona: string;
    instance_bindings: {
      [k: string]: string;
    };
    entity_id: string;
    instance_id: string;
    state: string;
    /**
     * The same for people.
     */
    text: string;
  }[];
  /**
   * Whether every combination of the values in question was tried.
   */
  complete: boolean;
  checked: number;
  limit: number;
  sampled_facts: string[];
}
/**
 * Result of explain: why a verdict, an action, a step or a fact is as it is, and what would open a blocked action.
 */
export interface ExplainResult {
  target: {
    kind: "verdict" | "action" | "step" | "fact";
    name: string;
  };
  /**
   * The verdict is present, the action open, the step reached without failure, the fact given.
   */
  holds: boolean;
  /**
   * The whole answer for people.
   */
  text: string;
  persona?: string;
  instance_bindings?: {
    [k: string]: string;
  };
  branches: {
    step_id: string;
    condition: ExplainExplanation;
  }[];
  operations: ExplainOperation[];
  step?: PathStep;
  /**
   * Every verdict that a tree mentions, once.
   */
  verdicts: {
    [k: string]: ExplainVerdict;
  };
  /**
   * Every fact that the answer rests on, once.
   */
  facts: {
    [k: string]: ExplainFact;
  };
  remedies?: ExplainRemedies;
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
export interface HistoryChange {
  /**
   * RFC 3339, UTC.
   */
  timestamp: string;
  /**
   * null for the creation.
   */
  operation: string | null;
  from_state: string | null;
  to_state: string;
  persona: string | null;
  provenance_chain_id: string | null;
  version: number;
  contract: string;
  execution_id?: string;
  trust_domain?: string;
}
/**
 * An instance as it stands and a page of what happened to it, its creation first.
 */
export interface HistoryResult {
  entity: string;
  instance: string;
  current_state: string;
  version: number;
  history: HistoryChange[];
  /**
   * What gives the next page; null on the last one.
   */
  next_cursor: string | null;
}
/**
 * Where it is declared, where the contract came from source.
 */
export interface InspectPosition {
  file: string;
  line: number | string;
}
/**
 * The flow, to be drawn: steps, compensation steps and ends as nodes.
 */
export interface InspectGraph {
  nodes: InspectNode[];
  edges: InspectEdge[];
}
export interface InspectNode {
  /**
   * The step's id, below parallel/branch/ where it stands in one; step!n for a compensation step, terminal:outcome for an end.
   */
  id: string;
  kind: "operation" | "branch" | "handoff" | "sub_flow" | "parallel" | "compensation" | "terminal";
  step_id?: string;
  operation_id?: string;
  flow_id?: string;
  persona?: string;
  to_persona?: string;
  condition_summary?: string;
  outcome?: string;
  /**
   * The node of the parallel step in a branch of which it stands.
   */
  within?: string;
  branch_id?: string;
}
export interface InspectEdge {
  from: string;
  to: string;
  kind: "outcome" | "true" | "false" | "next" | "success" | "failure" | "fork";
  label: string;
  /**
   * The step whose way out it is.
   */
  step_id: string;
  /**
   * Its name in the coverage of scenarios: flow/step_id: way. Absent where coverage does not count it.
   */
  way?: string;
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
    position?: InspectPosition;
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
    position?: InspectPosition;
  }[];
  rules: {
    id: string;
    stratum: number;
    produces: string;
    condition_summary: string;
    payload_type: BaseType;
    payload_summary: string;
    position?: InspectPosition;
    /**
     * The facts that its expressions name.
     */
    facts_used: string[];
    /**
     * The verdicts that its expressions ask for.
     */
    verdicts_used: string[];
  }[];
  personas: {
    id: string;
    position?: InspectPosition;
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
    position?: InspectPosition;
    /**
     * The facts that its expressions name.
     */
    facts_used: string[];
    /**
     * The verdicts that its expressions ask for.
     */
    verdicts_used: string[];
  }[];
  flows: {
    id: string;
    entry: string;
    steps: string[];
    affected_entities: string[];
    position?: InspectPosition;
    graph: InspectGraph;
  }[];
  warnings: Warnings;
}
/**
 * An instance of an entity as it stands (§6.5).
 */
export interface Instance {
  entity_id: string;
  instance_id: string;
  state: string;
  /**
   * How often it has changed since it was created.
   */
  version: number;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  updated_at: string;
}
/**
 * A page of the instances of an entity, by id (E17).
 */
export interface InstancesResult {
  items: Instance[];
  /**
   * What gives the next page; null on the last one.
   */
  next_cursor: string | null;
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
 * What an agent needs to begin, in one document (§19.1).
 */
export interface Manifest {
  /**
   * The interchange bundle of the contract or the system.
   */
  bundle: {[k: string]: unknown};
  capabilities: {[k: string]: unknown};
  /**
   * It follows from the bundle alone (§19.2).
   */
  etag: string;
  tenor: string;
  trust?: {
    attestation_format?: string;
    bundle_attestation?: string;
    trust_domain?: string;
  };
}
/**
 * Result of open_session.
 */
export interface OpenSessionResult {
  /**
   * The handle.
   */
  session: number;
  revision: Revision;
  warnings: Warnings;
}
/**
 * One name where it stands; columns count code points, end_column is the first after it.
 */
export interface OutlineName {
  kind:
    | "type"
    | "source"
    | "fact"
    | "entity"
    | "state"
    | "rule"
    | "verdict"
    | "persona"
    | "operation"
    | "flow"
    | "step"
    | "system";
  id: string;
  file: string;
  line: number;
  column: number;
  end_column: number;
  /**
   * It is declared here.
   */
  declares?: true;
  /**
   * What it is known in: the entity of a state, the flow of a step, or its branch (flow/step/branch).
   */
  scope?: string;
}
/**
 * Result of outline: where the names in source are declared and mentioned, also while it has errors.
 */
export interface OutlineResult {
  names: OutlineName[];
}
/**
 * A page of the instances of an action space, in the order of entity and instance id; not with the form counts.
 */
export interface Page {
  /**
   * The most instances that the page holds.
   */
  size: number;
  /**
   * The next_cursor of the page before; absent or null for the first page.
   */
  cursor?: string | null;
}
export interface RunScenariosCoverage {
  hit: number;
  total: number;
  missed: string[];
  hits: {
    [k: string]: number;
  };
}
/**
 * Result of run_scenarios: how each scenario went, and what they exercised of the contract.
 */
export interface RunScenariosResult {
  passed: boolean;
  results: {
    title: string;
    passed: boolean;
    /**
     * How many expectations were stated.
     */
    checked: number;
    differences: {
      path: Pointer;
      expected: unknown;
      actual: unknown;
    }[];
    error?: WireError;
  }[];
  coverage: {
    rules: RunScenariosCoverage;
    predicates: RunScenariosCoverage;
    transitions: RunScenariosCoverage;
    steps: RunScenariosCoverage;
    edges: RunScenariosCoverage;
    personas: RunScenariosCoverage;
  };
  contract_hash: ContractHash;
}
export interface ScenariosScenario {
  title: string;
  about?: string;
  facts: {[k: string]: unknown};
  entity_states?: {[k: string]: unknown};
  persona?: string;
  flow?: string;
  instance_bindings?: {
    [k: string]: string;
  };
  outcomes?: {
    [k: string]: string;
  };
  expect?: ScenariosExpect;
}
/**
 * What is expected; what is left out is not looked at.
 */
export interface ScenariosExpect {
  /**
   * By name: present or not, or present with a payload.
   */
  verdicts?: {
    [k: string]:
      | boolean
      | {
          payload: unknown;
        };
  };
  /**
   * By flow: open or not, or for each entity exactly the instances that it is open for.
   */
  actions?: {
    [k: string]:
      | boolean
      | {
          [k: string]: string[];
        };
  };
  outcome?: string;
  /**
   * The steps as they happen, those of a sub-flow behind its step.
   */
  path?: string[];
  transitions?: Transition[];
  /**
   * The code of the error that evaluating gives.
   */
  error?: string;
}
/**
 * A scenario file: situations of a contract, and what is expected of each. Input of run_scenarios and of the command test.
 */
export interface Scenarios {
  contract?: string | Bundle;
  scenarios: ScenariosScenario[];
}
/**
 * Result of session_inputs: the present inputs; with a contract they open a session that is as far as this one.
 */
export interface SessionInputsResult {
  facts: unknown;
  /**
   * Nested: entity → instance → state.
   */
  entity_states: {
    [k: string]: {
      [k: string]: string;
    };
  };
  persona: string;
  revision: Revision;
}
/**
 * Result of a change of a session: set_facts, set_persona, transition, add_instance, remove_instance, apply.
 */
export interface SessionRevisionResult {
  revision: Revision;
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
  provenance?: Chain;
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
 * A page of the triggers that fired in a system, oldest first (§12.4).
 */
export interface TriggersResult {
  items: Trigger[];
  /**
   * What gives the next page; null on the last one.
   */
  next_cursor: string | null;
}
/**
 * Where the chain departs first from what follows from its inputs.
 */
export interface VerifyDifference {
  code: "malformed_chain" | "contract_hash_mismatch" | "missing_input" | "edited_state" | "edited_value";
  message: string;
  path: Pointer;
  /**
   * What follows from the inputs; absent where nothing does.
   */
  expected?: {
    [k: string]: unknown;
  };
  /**
   * What was recorded; absent where nothing was.
   */
  found?: {
    [k: string]: unknown;
  };
}
/**
 * Result of verify: whether a provenance chain follows from its own inputs (§15.4).
 */
export interface VerifyResult {
  agrees: boolean;
  provenance_chain_id: string | null;
  contract_hash: ContractHash;
  difference: null | VerifyDifference;
}
/**
 * Result of version.
 */
export interface VersionResult {
  version: string;
}
/**
 * Result of vocabulary: the words of the language, for an editor.
 */
export interface VocabularyResult {
  /**
   * Keyword → its fields.
   */
  constructs: {
    [k: string]: string[];
  };
  /**
   * Step, branch, join or handler → its fields.
   */
  blocks: {
    [k: string]: string[];
  };
  /**
   * Field → the kind of the names that stand in it.
   */
  names: {
    [k: string]: string;
  };
  types: string[];
  operators: string[];
}
