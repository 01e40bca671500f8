/** What `<tenor-evaluator>` shows: built from elements and text, never from HTML, so that nothing in a contract is ever run. */

import type { TenorResultDetail } from "./element.js";
import { TenorError } from "./errors.js";
import type { Action, BlockedAction, BlockedReason, Payload, Verdict } from "./types.js";

/** One of these at a time. */
export type Shown = { readonly status: string } | { readonly error: Error } | TenorResultDetail;

/** Adopted as an object: a strict content security policy refuses style elements. */
const STYLE = `
:host { display: block; font: inherit; }
:host([hidden]) { display: none; }
:host([aria-busy="true"]) [part~="result"] { opacity: 0.6; }
[part~="heading"] { margin: 0.5em 0 0; font-weight: 600; }
[part~="list"] { margin: 0.25em 0; padding: 0; list-style: none; }
[part~="name"] { font-weight: 600; }
[part~="value"]::before, [part~="reason"]::before { content: ": "; }
[part~="blocked"] { opacity: 0.75; }
[part~="fault"] { display: block; }
[part~="error"] { color: var(--tenor-error-color, #b00020); }
`;

export function show(root: ShadowRoot, shown: Shown): void {
  const { status, error, result } = parts(root);
  setText(status, "status" in shown ? shown.status : "error" in shown ? "" : summary(shown));
  showFaults(error, "error" in shown ? faultsOf(shown.error) : []);
  if ("verdicts" in shown) result.replaceChildren(...lists(shown));
  else if ("error" in shown) result.replaceChildren();
}

interface Parts {
  readonly status: HTMLElement;
  readonly error: HTMLElement;
  readonly result: HTMLElement;
}

const made = new WeakMap<ShadowRoot, Parts>();

/** Made once: screen readers announce what changes within a region that was there before. */
function parts(root: ShadowRoot): Parts {
  const existing = made.get(root);
  if (existing !== undefined) return existing;
  const status = element("p", "status");
  status.setAttribute("role", "status");
  const error = element("div", "error");
  error.setAttribute("role", "alert");
  const all = { status, error, result: element("div", "result") };
  adoptStyle(root);
  root.append(status, error, all.result);
  made.set(root, all);
  return all;
}

function adoptStyle(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
}

function setText(place: HTMLElement, text: string): void {
  place.hidden = text === "";
  if (place.textContent !== text) place.textContent = text;
}

/** Every fault that was found, with its place: who reads the page sees no `details`. */
function faultsOf(error: Error): readonly string[] {
  const found = error instanceof TenorError ? error.related : [];
  if (found.length < 2) return [error.message];
  return found.map(({ message, path, details: { file, line, column } }) => {
    const place = file === undefined ? path : `${String(file)}:${String(line)}:${String(column)}`;
    return place === "" ? message : `${place}: ${message}`;
  });
}

function showFaults(place: HTMLElement, faults: readonly string[]): void {
  place.hidden = faults.length === 0;
  place.replaceChildren(...faults.map((text) => element("span", "fault", text)));
}

function summary({ verdicts, actionSpace }: TenorResultDetail): string {
  const found = counted(verdicts.length, "verdict");
  return actionSpace === undefined ? found : `${found}, ${counted(actionSpace.actions.length, "possible action")}`;
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? "no" : count} ${noun}${count === 1 ? "" : "s"}`;
}

function lists({ verdicts, actionSpace }: TenorResultDetail): HTMLElement[] {
  const shown = list("Verdicts", verdicts.map(verdictItem));
  if (actionSpace === undefined) return shown;
  const { persona_id: persona, actions, blocked_actions: blocked } = actionSpace;
  return [
    ...shown,
    ...list(`What ${persona} may do`, actions.map(actionItem)),
    ...list(`What ${persona} may not do`, blocked.map(blockedItem)),
  ];
}

function list(title: string, items: readonly HTMLElement[]): HTMLElement[] {
  if (items.length === 0) return [];
  const heading = element("p", "heading", title);
  const entries = element("ul", "list");
  // Without its bullets a list is no list to some screen readers, unless it is told.
  entries.setAttribute("role", "list");
  entries.setAttribute("aria-label", title);
  entries.append(...items);
  return [heading, entries];
}

function verdictItem({ type, payload }: Verdict): HTMLElement {
  return item("verdict", type, "value", valueText(payload));
}

function actionItem({ flow_id, instance_bindings }: Action): HTMLElement {
  const instances = Object.entries(instance_bindings).map(([entity, ids]) => `${entity} ${ids.join(", ")}`);
  return item("action", flow_id, "value", instances.join("; "));
}

function blockedItem({ flow_id, reason }: BlockedAction): HTMLElement {
  return item("blocked", flow_id, "reason", reasonText(reason));
}

function item(part: string, name: string, secondPart: string, text: string): HTMLElement {
  const entry = element("li", part);
  entry.append(element("span", "name", name));
  if (text !== "") entry.append(element("span", secondPart, text));
  return entry;
}

function reasonText(reason: BlockedReason): string {
  switch (reason.type) {
    case "PersonaNotAuthorized":
      return "not for this persona";
    case "PreconditionNotMet":
      return reason.missing_verdicts.length > 0 ? `still needs ${reason.missing_verdicts.join(", ")}` : "its precondition is not met";
    case "EntityNotInSourceState":
      return `${reason.entity_id} is ${reason.current_state}, not ${reason.required_state}`;
  }
}

function valueText(payload: Payload): string {
  switch (payload.kind) {
    case "money_value":
      return `${payload.amount} ${payload.currency}`;
    case "duration_value":
      return `${payload.value} ${payload.unit}`;
    case "record_value":
      return Object.entries(payload.fields)
        .map(([name, field]) => `${name} ${valueText(field)}`)
        .join(", ");
    case "list_value":
      return payload.elements.map(valueText).join(", ");
    case "tagged_union_value":
      return `${payload.tag} ${valueText(payload.payload)}`;
    default:
      return String(payload.value);
  }
}

function element(tag: string, part: string, text = ""): HTMLElement {
  const created = document.createElement(tag);
  created.setAttribute("part", part);
  created.textContent = text;
  return created;
}
