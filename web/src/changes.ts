/** The changes of a session's action space, brought into what the application holds. Nothing given is altered. */

import { TenorError } from "./errors.js";
import type { ActionSpaceAt } from "./session.js";
import type { ActionSpaceChangeResult, ActionSpaceGroupedResult, ActionSpaceResult, BlockedReason } from "./types.js";

type Groups = ActionSpaceGroupedResult["instances"];
type Flow = { readonly flow_id: string };
type FlowChange = Flow & { readonly index?: number };

/**
 * The action space after a change, from the one before: the answer of `session.changes(before.revision)` made whole. An
 * answer that is whole already is given back as it is.
 */
export function applyChange(before: ActionSpaceAt, answer: ActionSpaceChangeResult | ActionSpaceAt): ActionSpaceAt {
  if (answer.form === "grouped") return answer;
  if (answer.since !== before.revision) {
    const message = `the change is since revision ${answer.since}, what is held is of ${before.revision}: ask for the changes since that`;
    throw new TenorError("unknown_revision", message, "/since");
  }
  const { form: _, since: _since, instances, actions, blocked_actions, ...members } = answer;
  const came = [...actions, ...blocked_actions].filter(({ index }) => index !== undefined);
  const moved = new Set(came.map(({ flow_id }) => flow_id));
  return {
    ...before,
    ...members,
    instances: withMoves(before.instances, instances),
    actions: withFlows(before.actions, actions, moved),
    blocked_actions: withFlows(before.blocked_actions, blocked_actions, moved),
  };
}

function withFlows<Kind extends Flow>(before: readonly Kind[], changes: readonly FlowChange[], moved: ReadonlySet<string>): Kind[] {
  const changed = new Map(changes.map((change) => [change.flow_id, change]));
  const after = before
    .filter(({ flow_id }) => !moved.has(flow_id))
    .map((flow) => {
      const change = changed.get(flow.flow_id);
      return change === undefined ? flow : { ...flow, ...change };
    });
  for (const { index, ...flow } of changes) {
    if (index !== undefined) after.splice(index, 0, flow as Flow as Kind);
  }
  return after;
}

function withMoves(before: Groups, moves: ActionSpaceChangeResult["instances"]): Groups {
  const after = new Map(Object.entries(before));
  for (const [entity, states] of Object.entries(moves)) {
    const groups = new Map(Object.entries(after.get(entity) ?? {}));
    for (const [state, { added = [], removed = [] }] of Object.entries(states)) {
      const ids = merged(without(groups.get(state) ?? [], removed), added);
      if (ids.length > 0) groups.set(state, ids);
      else groups.delete(state);
    }
    after.set(entity, Object.fromEntries([...groups].sort(byName)));
  }
  return Object.fromEntries([...after].filter(([, groups]) => Object.keys(groups).length > 0).sort(byName));
}

function without(ids: readonly string[], removed: readonly string[]): string[] {
  const gone = new Set(removed);
  return gone.size === 0 ? [...ids] : ids.filter((id) => !gone.has(id));
}

/** Two sorted lists as one. */
function merged(ids: string[], added: readonly string[]): string[] {
  if (added.length > 100) return [...ids, ...added].sort(byCodePoint);
  for (const id of added) {
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byCodePoint(ids[middle] as string, id) < 0) low = middle + 1;
      else high = middle;
    }
    ids.splice(low, 0, id);
  }
  return ids;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return byCodePoint(one, other);
}

/** The order in which Python sorts; JavaScript's own compares the halves of a surrogate pair. */
function byCodePoint(one: string, other: string): number {
  const end = Math.min(one.length, other.length);
  for (let place = 0; place < end; place++) {
    const [left, right] = [one.charCodeAt(place), other.charCodeAt(place)];
    if (left !== right) return rank(left) - rank(right);
  }
  return one.length - other.length;
}

/** A surrogate stands for a code point beyond all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The full form of a grouped action space: every flow with its instances, as `actionSpace` gives it. */
export function expandActionSpace(grouped: ActionSpaceGroupedResult): ActionSpaceResult {
  const idsOf = (entity: string, states: readonly string[]): string[] =>
    states.length === 1
      ? [...(grouped.instances[entity]?.[states[0] as string] ?? [])]
      : states.flatMap((state) => grouped.instances[entity]?.[state] ?? []).sort(byCodePoint);
  const idsByEntity = (states: Readonly<Record<string, readonly string[]>>): Record<string, string[]> =>
    mapped(states, (names, entity) => idsOf(entity, names));
  const statesByEntity = (states: Readonly<Record<string, readonly string[]>>): Record<string, Record<string, string>> =>
    mapped(states, (names, entity) => {
      const pairs = names.flatMap((state) => (grouped.instances[entity]?.[state] ?? []).map((id) => [id, state] as const));
      return Object.fromEntries(pairs.sort(byName));
    });
  type GroupedReason = ActionSpaceGroupedResult["blocked_actions"][number]["reason"];
  const reasonOf = (reason: GroupedReason): BlockedReason => {
    if (reason.type !== "EntityNotInSourceState") return reason;
    const { instance_states, ...rest } = reason;
    return { ...rest, instance_ids: idsOf(reason.entity_id, instance_states) };
  };
  const { form: _, instances: _instances, actions, blocked_actions, ...members } = grouped;
  return {
    ...members,
    actions: actions.map(({ instance_states, outcomes, blocked_states, ...action }) => ({
      ...action,
      instance_bindings: idsByEntity(instance_states),
      outcomes: outcomes.map(({ instance_states, ...outcome }) => ({ ...outcome, instance_bindings: idsByEntity(instance_states) })),
      blocked_instances: statesByEntity(blocked_states),
    })),
    blocked_actions: blocked_actions.map(({ instance_states, reason, reasons, blocked_states, ...action }) => ({
      ...action,
      reason: reasonOf(reason),
      reasons: reasons.map(reasonOf),
      instance_bindings: idsByEntity(instance_states),
      blocked_instances: statesByEntity(blocked_states),
    })),
  };
}

function mapped<Value, Result>(values: Readonly<Record<string, Value>>, map: (value: Value, key: string) => Result): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}
