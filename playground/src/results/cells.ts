/**
 * The action space turned to the instances: for each flow and instance whether it is available, and what stands in the way.
 *
 * All of it is looked up in what the evaluator said: `actions` and `blocked_actions` hold, without loss, which instance is where.
 */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Action, ActionSpaceResult, BlockedAction, BlockedReason, InspectResult } from "tenor-wasm";
import { actionSpaces, inspection } from "../engine";
import type { Instances } from "../inputs/documents";
import { DEFAULT_INSTANCE } from "../inputs/documents";

/** One thing that stands in the way. */
export interface Cause {
  readonly kind: BlockedReason["type"];
  /** As it stands in a cell. */
  readonly short: string;
  /** A whole sentence. */
  readonly long: string;
}

export type Cell =
  | { readonly status: "open" }
  /** The flow can start, and not because of this instance: a later step may change it. */
  | { readonly status: "later" }
  | { readonly status: "blocked"; readonly causes: readonly Cause[] }
  /** Nothing was said about it yet. */
  | { readonly status: "unknown" };

/** What was said about a flow, with sets where there are many instances. */
export interface FlowAnswer {
  readonly flow: string;
  readonly action: Action | null;
  readonly blocked: BlockedAction | null;
  /** Entity → the instances that it can start with. */
  readonly open: ReadonlyMap<string, ReadonlySet<string>>;
  /** What blocks it on every instance, in the order of the answer. */
  readonly general: readonly Cause[];
  /** Entity → the states that an instance needs to be in. */
  readonly needed: ReadonlyMap<string, readonly string[]>;
}

/** Persona → flow → answer. */
export type Spaces = ReadonlyMap<string, ReadonlyMap<string, FlowAnswer>>;

export const spaces: ReadonlySignal<Spaces> = computed(() => {
  const found = actionSpaces.answer.value.value ?? {};
  const declared = inspection.value;
  return new Map(Object.entries(found).map(([persona, space]) => [persona, answersIn(space, declared)]));
});

function answersIn(space: ActionSpaceResult, declared: InspectResult | undefined): ReadonlyMap<string, FlowAnswer> {
  const operations = new Map((declared?.operations ?? []).map((operation) => [operation.id, operation]));
  const open = space.actions.map((action): FlowAnswer => {
    const sets = Object.entries(action.instance_bindings).map(([entity, ids]) => [entity, new Set(ids)] as const);
    const needed = neededStates(action.first_operation_ids, [], operations);
    return { flow: action.flow_id, action, blocked: null, open: new Map(sets), general: [], needed };
  });
  const blocked = space.blocked_actions.map((action): FlowAnswer => {
    const ids = action.reasons.flatMap(({ operation_id: id }) => (id === null ? [] : [id]));
    const general = action.reasons.flatMap((reason) => generalCause(reason, space.persona_id, action) ?? []);
    return { flow: action.flow_id, action: null, blocked: action, open: new Map(), general, needed: neededStates(ids, action.reasons, operations) };
  });
  return new Map([...open, ...blocked].map((answer) => [answer.flow, answer]));
}

/** Where instances have to be: as the reasons say, else where the effects of the first operations begin. */
function neededStates(
  ids: readonly string[],
  reasons: readonly BlockedReason[],
  operations: ReadonlyMap<string, InspectResult["operations"][number]>,
): ReadonlyMap<string, readonly string[]> {
  const needed = new Map<string, readonly string[]>();
  const add = (entity: string, state: string): void => {
    const there = needed.get(entity) ?? [];
    if (!there.includes(state)) needed.set(entity, [...there, state]);
  };
  for (const id of ids) for (const { entity_id: entity, from } of operations.get(id)?.effects ?? []) add(entity, from);
  for (const reason of reasons) {
    if (reason.type === "EntityNotInSourceState") needed.set(reason.entity_id, reason.required_states);
  }
  return needed;
}

function generalCause(reason: BlockedReason, persona: string, { ends_with: end }: BlockedAction): Cause | null {
  switch (reason.type) {
    case "PersonaNotAuthorized":
      return {
        kind: reason.type,
        short: `not for ${persona}`,
        long: `${persona} may not carry out ${reason.operation_id}; ${either(reason.allowed_personas)} may.`,
      };
    case "PreconditionNotMet":
      return { kind: reason.type, ...conditionTexts(reason.missing_verdicts, reason.operation_id, end) };
    case "EntityNotInSourceState":
      return null;
  }
}

function conditionTexts(missing: readonly string[], operation: string | null, end: string | undefined): Omit<Cause, "kind"> {
  const absent = missing.length === 0 ? "" : ` ${both(missing)} ${missing.length === 1 ? "is" : "are"} absent.`;
  if (operation === null) return { short: `ends with ${end ?? "nothing"}`, long: `The flow ends with ${end ?? "nothing"} before any operation.${absent}` };
  const short = missing.length === 0 ? "condition not met" : `needs ${missing[0]}${missing.length > 1 ? ` +${missing.length - 1}` : ""}`;
  return { short, long: `The precondition of ${operation} does not hold.${absent}` };
}

/** What holds for a flow and an instance; `instance` is null where the entity has none. */
export function cellOf(answer: FlowAnswer | undefined, entity: string, instance: string | null, state: string | null): Cell {
  if (answer === undefined) return { status: "unknown" };
  const { action, blocked, open, general } = answer;
  if (action !== null) {
    if (instance === null || !open.has(entity)) return { status: "later" };
    if (open.get(entity)?.has(instance) === true) return { status: "open" };
    const at = action.blocked_instances[entity]?.[instance];
    return at === undefined ? { status: "unknown" } : { status: "blocked", causes: [stateCause(answer, entity, instance, at)] };
  }
  const at = instance === null ? undefined : blocked?.blocked_instances[entity]?.[instance];
  const own = instance !== null && at !== undefined ? [stateCause(answer, entity, instance, at)] : [];
  return { status: "blocked", causes: [...general, ...own, ...elsewhere(answer, own.length > 0 ? entity : null, entity, instance, state)] };
}

function stateCause({ flow, needed }: FlowAnswer, entity: string, instance: string, state: string): Cause {
  const states = needed.get(entity);
  const long = `${entity} ${instance} is ${state}${states === undefined ? `, where ${flow} does not begin` : `; ${flow} needs it to be ${either(states)}`}.`;
  return { kind: "EntityNotInSourceState", short: `is ${state}`, long };
}

/** State reasons that are not the instance's own: those of other entities, and that there is no instance at all. */
function elsewhere({ blocked }: FlowAnswer, told: string | null, entity: string, instance: string | null, state: string | null): readonly Cause[] {
  return (blocked?.reasons ?? []).flatMap((reason): Cause[] => {
    if (reason.type !== "EntityNotInSourceState" || reason.entity_id === told) return [];
    const { entity_id: other, required_states: states, operation_id: operation } = reason;
    const isOwn = other === entity;
    const short = isOwn ? (instance === null ? "no instance" : `is ${state ?? "elsewhere"}`) : `no ${other} ready`;
    return [{ kind: reason.type, short, long: `No ${other} is ${either(states)}, as ${operation} needs it.` }];
  });
}

/** The instances that a run begins with: the chosen ones, and for other entities one that fits, if there is one. */
export function bindingsFor(
  answer: FlowAnswer | undefined,
  affected: readonly string[],
  chosen: Readonly<Record<string, string>>,
  preferred: Readonly<Record<string, string>>,
  instances: Instances,
): Readonly<Record<string, string>> {
  const bindings: Record<string, string> = { ...chosen };
  for (const operation of answer?.action?.first_operation_ids ?? []) {
    const outcome = answer?.action?.outcomes.find(
      ({ operation_id: id, instance_bindings: sets }) =>
        id === operation && Object.entries(bindings).every(([entity, bound]) => sets[entity]?.includes(bound) ?? true),
    );
    for (const [entity, ids] of Object.entries(outcome?.instance_bindings ?? {})) {
      const liked = preferred[entity];
      bindings[entity] ??= liked !== undefined && ids.includes(liked) ? liked : (ids[0] ?? DEFAULT_INSTANCE);
    }
  }
  for (const entity of affected) {
    const there = instances.get(entity);
    const liked = preferred[entity];
    bindings[entity] ??= liked !== undefined && there?.has(liked) === true ? liked : (there?.keys().next().value ?? DEFAULT_INSTANCE);
  }
  return bindings;
}

export function either(names: readonly string[]): string {
  return joined(names, "or");
}

export function both(names: readonly string[]): string {
  return joined(names, "and");
}

function joined(names: readonly string[], word: string): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;
}
