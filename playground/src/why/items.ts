/** An explanation as a tree of items to be read: a sign, a sentence, the code with its values, and ways on from there. */

import type { BaseType, ExplainExplanation, ExplainOperation, ExplainResult, ExplainTree } from "tenor-wasm";
import { fromAnswer, valueText } from "../inputs/values";
import type { Selection } from "../state/workspace";
import type { Named } from "../editor/outline";

export type Sign = "yes" | "no" | "skipped" | "plain";

export interface Item {
  readonly id: string;
  readonly sign: Sign;
  readonly sentence: string;
  /** As the language writes it. */
  readonly code?: string;
  /** Terms and their values. */
  readonly values?: readonly (readonly [term: string, value: string])[];
  readonly children: readonly Item[];
  /** Closed at first: it only repeats what stands above it. */
  readonly isClosed?: boolean;
  /** What is selected when one goes on from here. */
  readonly selects?: Selection;
  /** Where it stands in the contract. */
  readonly declared?: Named;
}

/** What the tree is made of: the answer, and what stands above a node in ids. */
interface Context {
  readonly result: ExplainResult;
}

/** What the answer rests on; the answer itself is the first sentence of its text. */
export function itemsOf(result: ExplainResult): readonly Item[] {
  const context = { result };
  const { target, branches, operations } = result;
  if (target.kind === "verdict") return verdictItem(target.name, "verdict", context).children;
  if (target.kind === "fact") return [factItem(target.name, "fact", context)];
  return [
    ...branches.map((branch, index) => branchItem(branch, `branch${index}`, context)),
    ...operations.map((operation, index) => operationItem(operation, `operation${index}`, context)),
  ];
}

function branchItem({ step_id: step, condition }: ExplainResult["branches"][number], id: string, context: Context): Item {
  const { tree } = condition;
  return {
    id,
    sign: "plain",
    sentence: `the branch ${step} goes the way for ${String(tree.truth)}, since`,
    children: [treeItem(tree, `${id}.0`, context)],
    declared: { kind: "step", id: step },
  };
}

function operationItem(operation: ExplainOperation, id: string, context: Context): Item {
  const { operation_id: name, persona, allowed_personas: allowed, admitted, precondition, instances } = operation;
  const can = admitted && precondition.tree.truth === true && instances.every(({ suits }) => suits);
  const admission: Item = {
    id: `${id}.persona`,
    sign: admitted ? "yes" : "no",
    sentence: admitted ? `${persona} may carry it out` : `${persona} may not carry it out; only ${allowed.join(" and ") || "nobody"} may`,
    declared: { kind: "persona", id: persona },
    children: [],
  };
  const states = instances.map((one, index) => instanceItem(one, `${id}.instance${index}`));
  return {
    id,
    sign: can ? "yes" : "no",
    sentence: `the operation ${name} ${can ? "can be carried out" : "cannot be carried out"}`,
    declared: { kind: "operation", id: name },
    children: decisive([admission, preconditionItem(precondition, `${id}.precondition`, context), ...states], can ? "yes" : "no"),
  };
}

function instanceItem(found: ExplainOperation["instances"][number], id: string): Item {
  const { entity_id: entity, instance_id: instance, state, required_states: required, suits } = found;
  const is = state === null ? "does not exist" : `is ${state}`;
  return {
    id,
    sign: suits ? "yes" : "no",
    sentence: `${entity} ${instance} ${is}, ${suits ? "as it has to be" : `but it has to be ${required.join(" or ")}`}`,
    selects: { kind: "instance", entity, instance },
    declared: { kind: "entity", id: entity },
    children: [],
  };
}

/** What did not decide is closed at first, so that what did stands near. */
function decisive(items: readonly Item[], sign: Sign): readonly Item[] {
  return items.map((item) => (item.sign === sign ? item : { ...item, isClosed: true }));
}

function preconditionItem({ tree }: ExplainExplanation, id: string, context: Context): Item {
  const holds = tree.truth === true;
  const sentence = `its precondition ${holds ? "holds" : "does not hold"}`;
  return { id, sign: holds ? "yes" : "no", sentence, children: [treeItem(tree, `${id}.0`, context)] };
}

function verdictItem(name: string, id: string, context: Context): Item {
  const verdict = context.result.verdicts[name];
  if (verdict === undefined) return { id, sign: "plain", sentence: `the verdict ${name}`, children: [], selects: { kind: "verdict", verdict: name } };
  const { present, rule, stratum, when, payload } = verdict;
  const value = payload === undefined || !present || payload.value === (true as unknown) ? "" : ` with ${show(payload)}`;
  return {
    id,
    sign: present ? "yes" : "no",
    sentence: `the verdict ${name} is ${present ? `present${value}` : "absent"}`,
    selects: { kind: "verdict", verdict: name },
    declared: { kind: "verdict", id: name },
    children: [
      {
        id: `${id}.rule`,
        sign: present ? "yes" : "no",
        sentence: `its rule ${rule} of stratum ${stratum} ${present ? "holds" : "does not hold"}`,
        declared: { kind: "rule", id: rule },
        children: [treeItem(when.tree, `${id}.rule.0`, context)],
      },
    ],
  };
}

function factItem(name: string, id: string, context: Context): Item {
  const fact = context.result.facts[name];
  const origin = fact === undefined ? "" : fact.assertion_source === "contract" ? "the contract's default" : "given";
  return {
    id,
    sign: "plain",
    sentence: origin === "" ? `the fact ${name}` : `the fact ${name} is ${origin}`,
    values: fact === undefined ? [] : [[name, text(fact.value, fact.type)]],
    selects: { kind: "fact", fact: name },
    declared: { kind: "fact", id: name },
    children: [],
  };
}

/** How many cases of a quantifier stand in the tree. */
const CASES = 20;

function treeItem(tree: ExplainTree, id: string, context: Context): Item {
  const sign: Sign = tree.skipped === true ? "skipped" : tree.truth === undefined ? "plain" : tree.truth ? "yes" : "no";
  if (tree.skipped === true) return { id, sign, sentence: "not looked at, since that decided it:", code: tree.text, children: [] };
  const inner = (parts: readonly ExplainTree[] = []): readonly Item[] => parts.map((part, index) => treeItem(part, `${id}.${index}`, context));
  switch (tree.kind) {
    case "verdict":
      return verdictItem(tree.name ?? "", id, context);
    case "and":
    case "or": {
      const parts = sameKind(tree);
      const sentence = tree.kind === "and" ? (tree.truth === true ? "all of these hold" : "not all of these hold") : tree.truth === true ? "one of these holds" : "none of these holds";
      return { id, sign, sentence, children: decisive(inner(parts), sign) };
    }
    case "not":
      return { id, sign, sentence: tree.truth === true ? "this must not hold, and does not" : "this must not hold, but does", children: inner(tree.operands) };
    case "forall":
    case "exists":
      return { id, sign, sentence: quantified(tree), code: tree.text, children: [...inner(tree.operands), ...cases(tree, id, context)] };
    case "fact":
      return { ...factItem(tree.name ?? "", id, context), sign };
    default: {
      const terms = termsOf(tree);
      const sentence = tree.truth === undefined ? "" : tree.truth ? "this is true:" : "this is false:";
      const children = (tree.operands ?? []).filter(({ kind }) => kind !== "literal" && kind !== "variable");
      const isClosed = children.every(({ kind }) => kind === "fact");
      return { id, sign, sentence, code: tree.text, values: terms, children: inner(children), isClosed };
    }
  }
}

/** `a and b and c` nests two by two; to a reader it is one list. */
function sameKind(tree: ExplainTree): readonly ExplainTree[] {
  return (tree.operands ?? []).flatMap((part) => (part.kind === tree.kind && part.skipped !== true ? sameKind(part) : [part]));
}

function quantified({ kind, length = 0, decided_by: decider, more_deciding: more = 0 }: ExplainTree): string {
  const elements = length === 1 ? "the 1 element" : `the ${length} elements`;
  const others = more === 0 ? "" : `, and ${more} more`;
  if (decider === null || decider === undefined) return kind === "forall" ? `all of ${elements} fit` : `none of ${elements} fits`;
  return kind === "forall" ? `of ${elements} number ${decider} does not fit${others}` : `of ${elements} number ${decider} fits${others}`;
}

function cases(tree: ExplainTree, id: string, context: Context): readonly Item[] {
  const all = tree.cases ?? [];
  const [list] = tree.operands ?? [];
  const element = list?.type?.base === "List" ? list.type.element_type : undefined;
  const items = all.slice(0, CASES).map(({ index, value, body }): Item => {
    const sign: Sign = body.truth === undefined ? "plain" : body.truth ? "yes" : "no";
    return {
      id: `${id}.case${index}`,
      sign,
      sentence: `element ${index}`,
      values: [[tree.name ?? "it", text(value, element)]],
      children: [treeItem(body, `${id}.case${index}.0`, context)],
    };
  });
  const rest = all.length - items.length;
  return rest === 0 ? items : [...items, { id: `${id}.rest`, sign: "plain", sentence: `and ${rest} more elements`, children: [] }];
}

/** The terms below a node that have a value of their own, each once: facts, fields, results of arithmetic. */
function termsOf(tree: ExplainTree): readonly (readonly [string, string])[] {
  const found = new Map<string, string>();
  const visit = (node: ExplainTree): void => {
    if (node.kind === "literal" || node.kind === "variable") return;
    if (node.absent === true) found.set(node.text, "nothing: it is another variant");
    else if (node.value !== undefined && node.truth === undefined) found.set(node.text, show(node));
    if (node.kind !== "field" && node.kind !== "element" && node.kind !== "variant") node.operands?.forEach(visit);
  };
  if (tree.value !== undefined || tree.absent === true) visit(tree);
  else tree.operands?.forEach(visit);
  return [...found];
}

const show = ({ value, type }: ExplainTree): string => text(value, type);

function text(value: unknown, type: BaseType | undefined): string {
  const whole = valueText(type, fromAnswer(type, value));
  return whole.length > 160 ? `${whole.slice(0, 160)}…` : whole;
}
