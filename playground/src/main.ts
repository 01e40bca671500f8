/** Wires the page: inputs on one side, what the evaluator answers on the other. The newest edit always wins. */

import type { Contract, InspectResult } from "tenor-wasm";
import { type ContractPanel, createContractPanel } from "./contract";
import { byId, element, fillSelect } from "./dom";
import { type Entry, type Example, getExample, listExamples, type Scenario, showDocuments } from "./examples";
import { clearProblems, showProblem } from "./problems";
import { actionTable, type EntityInstances, runResult, verdictTable } from "./results";
import { startTenor } from "./startup";

const TYPING_PAUSE_MS = 150;
const UNTIL_INPUTS = "Nothing to show until the inputs are right.";
const UNTIL_CONTRACT = "Nothing to show until the contract is right.";

const exampleSelect = byId("example", HTMLSelectElement);
const scenarioSelect = byId("scenario", HTMLSelectElement);
const factsBox = byId("facts", HTMLTextAreaElement);
const statesBox = byId("entity-states", HTMLTextAreaElement);
const personaSelect = byId("persona", HTMLSelectElement);
const flowSelect = byId("flow", HTMLSelectElement);
const bindingsGroup = byId("bindings", HTMLDivElement);

/** The contract that answers now: replaced as a whole when its text changes. */
interface Loaded {
  readonly contract: Contract;
  readonly inspection: InspectResult;
}

let panel: ContractPanel;
let entries: readonly Entry[] = [];
let example: Example | undefined;
/** Whether the example's situation has still to be put in, for which its contract must be known. */
let fresh = false;
let loaded: Loaded | undefined;
/** Counts choices of an example. */
let choices = 0;
/** Counts edits: an answer to an older edit is dropped. */
let edit = 0;
/** Counts runs, and whatever makes a run's result out of date. */
let runs = 0;
let typingTimer: ReturnType<typeof setTimeout> | undefined;
/** What the page is waiting for. */
const waiting = new Set<"contract" | "answer">();

void begin();

async function begin(): Promise<void> {
  // The list is small: it comes while Python starts.
  const [started, examples] = await Promise.all([startTenor(), listExamples()]).catch((thrown: unknown) => {
    byId("startup-error", HTMLDivElement).replaceChildren(thrown instanceof Error ? thrown.message : String(thrown));
    byId("startup-error", HTMLDivElement).hidden = false;
    throw thrown;
  });
  panel = createContractPanel(started, { changing, loaded: contractLoaded, refused: contractRefused });
  entries = examples;
  fillSelect(exampleSelect, examples.map(({ name, title, trade }) => ({ value: name, label: `${title} (${trade})` })));
  listen();
  byId("startup", HTMLElement).hidden = true;
  byId("workbench", HTMLElement).hidden = false;
  await chooseExample();
}

function listen(): void {
  exampleSelect.addEventListener("change", () => void chooseExample());
  scenarioSelect.addEventListener("change", () => chooseScenario());
  personaSelect.addEventListener("change", () => void answer());
  flowSelect.addEventListener("change", () => showBindings({}));
  for (const box of [factsBox, statesBox]) {
    box.addEventListener("input", () => {
      forgetRun();
      busy("answer", true);
      clearTimeout(typingTimer);
      typingTimer = setTimeout(() => void answer(), TYPING_PAUSE_MS);
    });
  }
  byId("inputs", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
  byId("run", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
}

async function chooseExample(): Promise<void> {
  const mine = ++choices;
  const entry = entries.find(({ name }) => name === exampleSelect.value);
  if (entry === undefined) return;
  busy("contract", true);
  byId("example-error", HTMLDivElement).hidden = true;
  byId("example-about", HTMLParagraphElement).textContent = entry.about;
  try {
    const got = await getExample(entry);
    if (mine !== choices) return;
    example = got;
  } catch (thrown) {
    if (mine !== choices) return;
    byId("example-error", HTMLDivElement).replaceChildren(thrown instanceof Error ? thrown.message : String(thrown));
    byId("example-error", HTMLDivElement).hidden = false;
    busy("contract", false);
    return;
  }
  // Another contract's answers have no business beside this one's text.
  drop();
  fresh = true;
  fillSelect(scenarioSelect, example.scenarios.map(({ title }, index) => ({ value: String(index), label: title })), "0");
  chooseScenario();
  panel.open(example);
}

function drop(): void {
  edit++;
  void loaded?.contract.free();
  loaded = undefined;
}

function changing(): void {
  busy("contract", true);
}

function contractLoaded(contract: Contract, inspection: InspectResult): void {
  drop();
  loaded = { contract, inspection };
  markStale(false);
  byId("about-contract", HTMLParagraphElement).textContent = `Contract ${contract.id}, ${contract.hash}`;
  fillSelect(personaSelect, inspection.personas.map(({ id }) => ({ value: id, label: id })));
  fillSelect(flowSelect, inspection.flows.map(({ id }) => ({ value: id, label: id })));
  busy("contract", false);
  if (fresh) chooseScenario();
  else void answer();
  fresh = false;
}

function contractRefused(): void {
  markStale(loaded !== undefined);
  if (loaded === undefined) {
    clearProblems("facts", "entity-states", "persona", "run");
    noActions(UNTIL_CONTRACT);
    noVerdicts(UNTIL_CONTRACT);
    byId("about-contract", HTMLParagraphElement).textContent = "";
    fillSelect(personaSelect, []);
    fillSelect(flowSelect, []);
    showBindings({});
    busy("answer", false);
  }
  busy("contract", false);
}

/** Results of an older text than the one that stands there say so. */
function markStale(yes: boolean): void {
  byId("results", HTMLDivElement).classList.toggle("stale", yes);
  byId("stale", HTMLParagraphElement).hidden = !yes;
}

function chooseScenario(): void {
  const scenario: Scenario | undefined = example?.scenarios[Number(scenarioSelect.value)];
  if (scenario === undefined) return;
  byId("scenario-about", HTMLParagraphElement).textContent = scenario.about;
  showDocuments(scenario);
  fillIn(personaSelect, scenario.persona);
  if (scenario.flow !== undefined) fillIn(flowSelect, scenario.flow);
  showBindings(scenario.instance_bindings ?? {});
  void answer();
}

/** Chooses an option if there is one: an edited contract may have lost it. */
function fillIn(select: HTMLSelectElement, value: string): void {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}

/** Asks for verdicts and action space as the inputs stand, and shows both unless another edit came first. */
async function answer(): Promise<void> {
  clearTimeout(typingTimer);
  const mine = ++edit;
  if (loaded === undefined) {
    busy("answer", false);
    return;
  }
  busy("answer", true);
  const { contract, inspection } = loaded;
  showBindings(chosenBindings());
  const input = { facts: factsBox.value, entityStates: statesBox.value, persona: personaSelect.value };
  const [verdicts, space] = await Promise.allSettled([contract.evaluate(input), contract.actionSpace(input)]);
  if (mine !== edit) return;
  clearProblems("facts", "entity-states", "persona");
  if (verdicts.status === "fulfilled") byId("verdicts", HTMLDivElement).replaceChildren(verdictTable(verdicts.value));
  else noVerdicts(UNTIL_INPUTS);
  if (space.status === "fulfilled") {
    const open = new Set(space.value.actions.map(({ flow_id }) => flow_id)).size;
    summary(`${open} of ${inspection.flows.length} flows can be started by ${input.persona}.`);
    byId("actions", HTMLDivElement).replaceChildren(actionTable(space.value, instances(), inspection.flows, chooseInstance));
  } else {
    noActions(UNTIL_INPUTS);
    showProblem(space.reason, "facts");
  }
  busy("answer", false);
}

function noActions(why: string): void {
  summary(why);
  byId("actions", HTMLDivElement).replaceChildren();
}

function noVerdicts(why: string): void {
  byId("verdicts", HTMLDivElement).replaceChildren(element("p", { class: "none" }, why));
}

async function run(): Promise<void> {
  if (loaded === undefined) return;
  clearProblems("run");
  const mine = ++runs;
  try {
    const result = await loaded.contract.simulateFlow({
      flow: flowSelect.value,
      persona: personaSelect.value,
      facts: factsBox.value,
      entityStates: statesBox.value,
      instanceBindings: chosenBindings(),
    });
    if (mine === runs) byId("run-result", HTMLDivElement).replaceChildren(runResult(result));
  } catch (thrown) {
    if (mine === runs) showProblem(thrown, "run");
  }
}

/** A result stands for the inputs it was made from: when they change, it goes. */
function forgetRun(): void {
  runs++;
  byId("run-result", HTMLDivElement).replaceChildren();
  clearProblems("run");
}

function chooseInstance(flow: string, entity: string, instance: string): void {
  flowSelect.value = flow;
  showBindings({ ...chosenBindings(), [entity]: instance });
  byId("run-button", HTMLButtonElement).focus();
}

/** One select for each entity that the chosen flow can touch. */
function showBindings(wanted: Readonly<Record<string, string>>): void {
  forgetRun();
  const flow = loaded?.inspection.flows.find(({ id }) => id === flowSelect.value);
  const known = instances();
  const entities = flow?.affected_entities ?? [];
  const fields = entities.map((entity) => {
    const states = known.get(entity);
    const select = element("select", { id: `binding-${entity}`, "data-entity": entity });
    const options = states
      ? [...states].map(([id, state]) => ({ value: id, label: `${id} (${state})` }))
      : [{ value: "_default", label: "_default (initial state)" }];
    fillSelect(select, options, wanted[entity] ?? "");
    select.addEventListener("change", forgetRun);
    return element("div", { class: "field" }, element("label", { for: select.id }, entity), select);
  });
  bindingsGroup.replaceChildren(...fields);
  byId("bindings-note", HTMLParagraphElement).textContent =
    entities.length > 0 ? "Only the chosen instances can change." : "This flow changes no entity.";
}

function chosenBindings(): Record<string, string> {
  const selects = bindingsGroup.querySelectorAll<HTMLSelectElement>("select[data-entity]");
  return Object.fromEntries([...selects].map((select) => [select.dataset["entity"] ?? "", select.value]));
}

/** The instances in the states box, as far as it can be read; the evaluator says what is wrong with the rest. */
function instances(): EntityInstances {
  const found = new Map<string, ReadonlyMap<string, string>>();
  let parsed: unknown;
  try {
    parsed = JSON.parse(statesBox.value);
  } catch {
    return found;
  }
  if (typeof parsed !== "object" || parsed === null) return found;
  for (const [entity, states] of Object.entries(parsed)) {
    if (typeof states === "string") found.set(entity, new Map([["_default", states]]));
    else if (typeof states === "object" && states !== null) {
      found.set(entity, new Map(Object.entries(states).map(([id, state]) => [id, String(state)])));
    }
  }
  return found;
}

/** Tells readers of the page, and tests, that what it shows is about to change. */
function busy(on: "contract" | "answer", yes: boolean): void {
  if (yes) waiting.add(on);
  else waiting.delete(on);
  byId("workbench", HTMLElement).setAttribute("aria-busy", String(waiting.size > 0));
}

function summary(text: string): void {
  byId("actions-summary", HTMLParagraphElement).textContent = text;
}
