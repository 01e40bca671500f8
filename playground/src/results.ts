/** Turns results into tables. */

import type { ActionSpaceResult, BlockedReason, EvaluateResult, InspectResult, Payload, SimulateFlowResult } from "tenor-wasm";
import { code, element, table } from "./dom";

/** Instance ids of one entity: those that can take part, and those that cannot, with state and reason. */
interface Instances {
  readonly available: Set<string>;
  readonly blocked: Map<string, { readonly state: string; readonly why: string }>;
}

const WRONG_STATE = "in a state that the flow does not start from";
const FLOW_BLOCKED = "in a right state, but the flow is blocked";

interface FlowRow {
  readonly flow: string;
  available: boolean;
  reasons: readonly BlockedReason[];
  readonly entities: Map<string, Instances>;
}

/** What a click on an available instance chooses. */
export type Choose = (flow: string, entity: string, instance: string) => void;

/** One row per flow and entity: the instances that can take part, and those that cannot, with state and reason. */
export function actionTable(space: ActionSpaceResult, states: EntityInstances, flows: Flows, choose: Choose): HTMLElement {
  const rows = flowRows(space, states, flows).flatMap((row) => {
    const entities = [...row.entities];
    if (entities.length === 0) return [tableRow(row, undefined, states, choose)];
    return entities.map((entity, index) => tableRow(row, entity, states, choose, index === 0));
  });
  return table("Flows and the instances that can take part in them", ["Flow", "Entity", "Available", "Blocked"], rows);
}

/** Per entity, the state of each instance. */
export type EntityInstances = ReadonlyMap<string, ReadonlyMap<string, string>>;

type Flows = InspectResult["flows"];

function flowRows(space: ActionSpaceResult, states: EntityInstances, flows: Flows): readonly FlowRow[] {
  const rows = new Map<string, FlowRow>(flows.map(({ id }) => [id, { flow: id, available: false, reasons: [], entities: new Map() }]));
  const rowOf = (flow: string): FlowRow => {
    const row = rows.get(flow) ?? { flow, available: false, reasons: [], entities: new Map() };
    rows.set(flow, row);
    return row;
  };
  for (const action of space.actions) {
    const row = rowOf(action.flow_id);
    row.available = true;
    for (const [entity, ids] of Object.entries(action.instance_bindings)) {
      for (const id of ids) instancesOf(row, entity).available.add(id);
    }
    addBlocked(row, action.blocked_instances);
  }
  for (const blocked of space.blocked_actions) {
    const row = rowOf(blocked.flow_id);
    row.reasons = blocked.reasons ?? [blocked.reason];
    addBlocked(row, blocked.blocked_instances);
    // The other instances are in a right state, and blocked with the flow all the same.
    if (row.entities.size === 0) {
      for (const entity of flows.find(({ id }) => id === row.flow)?.affected_entities ?? []) instancesOf(row, entity);
    }
    for (const [entity, instances] of row.entities) {
      for (const [id, state] of states.get(entity) ?? []) {
        if (!instances.blocked.has(id)) instances.blocked.set(id, { state, why: FLOW_BLOCKED });
      }
    }
  }
  return [...rows.values()];
}

function addBlocked(row: FlowRow, blocked: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined): void {
  for (const [entity, ids] of Object.entries(blocked ?? {})) {
    for (const [id, state] of Object.entries(ids)) instancesOf(row, entity).blocked.set(id, { state, why: WRONG_STATE });
  }
}

function instancesOf(row: FlowRow, entity: string): Instances {
  const known: Instances = row.entities.get(entity) ?? { available: new Set(), blocked: new Map() };
  row.entities.set(entity, known);
  return known;
}

function tableRow(
  row: FlowRow,
  entry: readonly [string, Instances] | undefined,
  states: EntityInstances,
  choose: Choose,
  first = true,
): readonly (Node | string | null)[] {
  const [entity, instances] = entry ?? ["", undefined];
  const available = [...(instances?.available ?? [])].map((id) => {
    const state = states.get(entity)?.get(id) ?? "";
    const chip = element("button", { type: "button", class: "chip open", title: `Choose ${id} for ${row.flow}` }, id, " ", stateMark(state));
    chip.addEventListener("click", () => choose(row.flow, entity, id));
    return chip;
  });
  const blocked = [...(instances?.blocked ?? [])].map(([id, { state, why }]) =>
    element("span", { class: why === WRONG_STATE ? "chip" : "chip waiting", title: `${id} is ${why}` }, id, " ", stateMark(state)),
  );
  return [
    first ? flowHead(row) : element("span", { class: "name unseen" }, row.flow),
    entity,
    chips(available),
    chips(blocked),
  ];
}

function flowHead(row: FlowRow): HTMLElement {
  return element(
    "div",
    { class: "flow-head" },
    element("span", { class: "name" }, row.flow),
    row.available ? element("span", { class: "mark open" }, "available") : element("span", { class: "mark" }, "blocked"),
    ...row.reasons.map((reason) => element("span", { class: "reason" }, reasonText(reason))),
  );
}

function chips(items: readonly Node[]): HTMLElement {
  return items.length > 0 ? element("div", { class: "chips" }, ...items) : element("span", { class: "none" }, "none");
}

function stateMark(state: string): HTMLElement | null {
  return state ? element("span", { class: "state" }, state) : null;
}

function reasonText(reason: BlockedReason): string {
  switch (reason.type) {
    case "PersonaNotAuthorized":
      return "this persona may not start it";
    case "PreconditionNotMet":
      return reason.missing_verdicts.length > 0
        ? `its precondition does not hold: no ${reason.missing_verdicts.join(", ")}`
        : "its precondition does not hold";
    case "EntityNotInSourceState":
      return `${reason.entity_id} is ${reason.current_state}, must be ${reason.required_state}`;
  }
}

/** The verdicts with the rule that gave each and what that rule looked at. */
export function verdictTable(result: EvaluateResult): HTMLElement {
  if (result.verdicts.length === 0) return element("p", { class: "none" }, "No rule applies to these facts.");
  const rows = result.verdicts.map(({ type, payload, provenance }) => [
    type,
    payloadText(payload),
    provenance.rule,
    [...provenance.facts_used, ...provenance.verdicts_used].join(", "),
  ]);
  return table("Verdicts", ["Verdict", "Value", "Rule", "Because of"], rows);
}

/** The outcome, the steps in their order, and what would change. */
export function runResult(result: SimulateFlowResult): HTMLElement {
  const steps = result.path.map((step) =>
    element(
      "li",
      { class: step.result.startsWith("error: ") ? "failed" : "" },
      element("span", { class: "name" }, step.step_id),
      element("span", { class: "kind" }, step.step_type.replace("_", "-")),
      element("span", { class: "result" }, step.result),
      bindingText(step.instance_bindings),
    ),
  );
  const changes = result.would_transition.map((change) => [
    change.entity_id,
    change.instance_id,
    element("span", {}, code(change.from_state), " → ", code(change.to_state)),
  ]);
  return element(
    "div",
    {},
    element("p", { class: `outcome ${result.outcome}` }, "Outcome: ", element("strong", { id: "outcome" }, result.outcome)),
    element("h3", {}, "Path"),
    element("ol", { id: "path", class: "path" }, ...steps),
    element("h3", {}, "Transitions"),
    element(
      "div",
      { id: "transitions" },
      changes.length > 0
        ? table("Transitions", ["Entity", "Instance", "State"], changes)
        : element("p", { class: "none" }, "No state would change."),
    ),
  );
}

function bindingText(bindings: Readonly<Record<string, string>> | undefined): HTMLElement | null {
  const pairs = Object.entries(bindings ?? {});
  return pairs.length > 0 ? element("span", { class: "bound" }, pairs.map(([entity, id]) => `${entity} ${id}`).join(", ")) : null;
}

function payloadText(payload: Payload): string {
  switch (payload.kind) {
    case "money_value":
      return `${String(payload["amount"])} ${String(payload["currency"])}`;
    case "duration_value":
      return `${String(payload["value"])} ${String(payload["unit"])}`;
    case "record_value":
    case "list_value":
    case "tagged_union_value": {
      const { kind: _kind, ...rest } = payload;
      return JSON.stringify(rest);
    }
    default:
      return String(payload["value"]);
  }
}
