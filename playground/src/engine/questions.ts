/**
 * The answers that the panels share. A panel that needs another one makes its own by `resource` and keeps it in its folder; the
 * inputs of every such question come from the signals below, so that all answers belong to the same situation.
 */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { ActionSpaceResult, Contract, EvaluateResult, InspectResult, SimulateFlowResult, Tenor } from "tenor-wasm";
import { settings, workspace } from "../state/store";
import type { ContractText } from "../state/workspace";
import { type Problem } from "./problems";
import { resource } from "./resource";

const TYPING_PAUSE_MS = 200;
const INPUT_PAUSE_MS = 120;

/** A contract that was accepted: what it declares, and what answers for it (null before the evaluator runs). */
export interface Loaded {
  readonly contract: Contract | null;
  readonly inspection: InspectResult;
}

/** Source by its files, or the text of a bundle: what `Tenor.load` takes. */
export function loadable({ form, files, root, bundle }: ContractText): Parameters<Tenor["load"]>[0] {
  return form === "bundle" && bundle !== null ? bundle : { files, root };
}

/** The contract as it stands in the editor; while it has errors, the last one without. */
export const contract = resource({
  name: "contract",
  pause: TYPING_PAUSE_MS,
  question: () => {
    const { form, files, root, bundle } = workspace.value.contract;
    return [files, root, form === "bundle" ? bundle : null] as const;
  },
  ask: async (tenor, [files, root, bundle], options): Promise<Loaded> => {
    const loaded = await tenor.load(bundle ?? { files, root }, options);
    try {
      return { contract: loaded, inspection: await loaded.inspect(options) };
    } catch (thrown) {
      void loaded.free();
      throw thrown;
    }
  },
  painted: {
    save: ({ inspection }) => inspection,
    load: (kept) => ({ contract: null, inspection: kept as InspectResult }),
  },
  release: ({ contract }) => void contract?.free(),
});

/** What the contract declares, as far as it is known. */
export const inspection: ReadonlySignal<InspectResult | undefined> = computed(() => contract.answer.value.value?.inspection);

/** The contract to ask; null until there is one. */
export const live: ReadonlySignal<Contract | null> = computed(() => contract.answer.value.value?.contract ?? null);

/** Why the contract that answers is not the one that stands in the editor; null where it is that. */
export const outdated: ReadonlySignal<string | null> = computed(() => {
  const { problems, pending } = contract.answer.value;
  if (pending) return "The contract is still being read";
  return problems.length > 0 ? "The contract has errors" : null;
});

/** An older answer of this very contract is out of date; one of another contract would be wrong. */
function isOfThisContract({ contract_hash: hash }: { readonly contract_hash: string }): boolean {
  return hash === inspection.peek()?.contract_hash;
}

const inputs = computed(() => workspace.value.inputs);
const facts = computed(() => inputs.value.facts);
const states = computed(() => inputs.value.states);
const personas = computed(
  () => inspection.value?.personas.map(({ id }) => id) ?? [],
);

/** The persona that acts: the chosen one, or the contract's first when it has no such persona. */
export const persona = computed(() => {
  const chosen = inputs.value.persona;
  return personas.value.includes(chosen) ? chosen : (personas.value[0] ?? chosen);
});

export const verdicts = resource({
  name: "verdicts",
  pause: INPUT_PAUSE_MS,
  question: () => (live.value === null ? null : ([live.value, facts.value] as const)),
  ask: (_tenor, [contract, facts], options): Promise<EvaluateResult> => contract.evaluate({ facts }, options),
  painted: { save: (value) => value, load: (kept) => kept as EvaluateResult },
  outlives: isOfThisContract,
});

/** The action space of the persona, or of all of them where they are compared: persona → result. */
export type ActionSpaces = Readonly<Record<string, ActionSpaceResult>>;

const asked = computed(() => (settings.value.allPersonas ? personas.value : [persona.value]).join("\n"));

export const actionSpaces = resource({
  name: "actions",
  pause: INPUT_PAUSE_MS,
  question: () => (live.value === null ? null : ([live.value, facts.value, states.value, asked.value] as const)),
  ask: async (_tenor, [contract, facts, entityStates, personas], options): Promise<ActionSpaces> => {
    const ask = async (persona: string) => [persona, await contract.actionSpace({ facts, entityStates, persona }, options)] as const;
    return Object.fromEntries(await Promise.all(personas.split("\n").map(ask)));
  },
  painted: { save: (value) => value, load: (kept) => kept as ActionSpaces },
  outlives: (spaces) => Object.values(spaces).every(isOfThisContract),
});

/** The run that is set up, as it would go. */
export const simulation = resource({
  name: "simulation",
  pause: INPUT_PAUSE_MS,
  question: () => {
    const { flow, bindings, outcomes } = workspace.value.run;
    const known = inspection.value?.flows.some(({ id }) => id === flow);
    if (live.value === null || flow === null || known !== true) return null;
    return [live.value, flow, persona.value, facts.value, states.value, bindings, outcomes] as const;
  },
  ask: (_tenor, [contract, flow, persona, facts, entityStates, instanceBindings, outcomes], options): Promise<SimulateFlowResult> =>
    contract.simulateFlow({ flow, persona, facts, entityStates, instanceBindings, outcomes, provenance: true }, options),
  outlives: isOfThisContract,
});

/** What is wrong with the facts, the entity states and the persona, by JSON Pointer; each once. */
export const inputProblems: ReadonlySignal<readonly Problem[]> = computed(() => {
  const all = [...verdicts.answer.value.problems, ...actionSpaces.answer.value.problems];
  return [...new Map(all.map((problem) => [`${problem.code} ${problem.path} ${problem.message}`, problem])).values()];
});
