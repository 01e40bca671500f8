/** What is asked to compare: the pinned contract, where it is another one, and the differences. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { type Contract, type DiffResult, type Evaluation, type InspectResult, TenorError } from "tenor-wasm";
import { contract, live, loadable, type Problem, persona, problemsIn, resource, inspection } from "../engine";
import { workspace } from "../state/store";
import type { ContractText, Inputs, RunSetup } from "../state/workspace";

const INPUT_PAUSE_MS = 120;

const pinned = computed(() => workspace.value.pin);

/** Whether the contract's text is another one than the pinned. */
export const isOtherContract: ReadonlySignal<boolean> = computed(() => pinned.value !== null && !sameText(pinned.value.contract, workspace.value.contract));

function sameText(a: ContractText, b: ContractText): boolean {
  const told = (text: ContractText): string => JSON.stringify(loadable(text));
  return a === b || told(a) === told(b);
}

interface Loaded {
  readonly contract: Contract;
  readonly inspection: InspectResult;
}

/** The pinned contract, loaded beside the present one as long as they differ. */
export const pinnedContract = resource({
  name: "pinned",
  question: () => (pinned.value === null || !isOtherContract.value ? null : ([pinned.value.contract] as const)),
  ask: async (tenor, [text], options): Promise<Loaded> => {
    const loaded = await tenor.load(loadable(text), options);
    return { contract: loaded, inspection: await loaded.inspect(options) };
  },
  release: ({ contract: loaded }) => void loaded.free(),
});

export interface Compared {
  readonly result: DiffResult;
  /** The flow whose paths were compared; null where the two have none in common. */
  readonly flow: string | null;
  /** Why the paths could not be compared. */
  readonly pathProblems: readonly Problem[];
}

/** What is different between the pinned result (a) and the present one (b). */
export const comparison = resource({
  name: "compare",
  pause: INPUT_PAUSE_MS,
  question: () => {
    const was = pinned.value;
    const other = isOtherContract.value ? pinnedContract.answer.value.value?.contract : live.value;
    // While the new text has errors, what is loaded belongs to an older one: nothing true could be said.
    if (was === null || live.value === null || other === undefined || other === null || contract.answer.value.problems.length > 0) return null;
    return [other, live.value, was.inputs, was.run, workspace.value.inputs, workspace.value.run, persona.value] as const;
  },
  ask: async (_tenor, [before, now, wasInputs, wasRun, inputs, run, acting], options): Promise<Compared> => {
    const declared = pinnedContract.answer.peek().value?.inspection ?? inspection.peek();
    const a = evaluation(wasInputs, wasRun, actingIn(declared, wasInputs.persona));
    const b = evaluation(inputs, run, acting);
    const other = before === now ? {} : { otherContract: now };
    const flow = run.flow !== null && run.flow === wasRun.flow ? run.flow : null;
    if (flow === null) return { result: await before.diff({ a, b, ...other }, options), flow, pathProblems: [] };
    try {
      return { result: await before.diff({ a, b, flow, ...other }, options), flow, pathProblems: [] };
    } catch (thrown) {
      if (!(thrown instanceof TenorError)) throw thrown;
      // A flow that cannot be run (an instance is not bound, say) leaves all the rest to be compared.
      return { result: await before.diff({ a, b, ...other }, options), flow, pathProblems: problemsIn(thrown) };
    }
  },
});

function actingIn(declared: InspectResult | undefined, chosen: string): string {
  const personas = declared?.personas.map(({ id }) => id) ?? [];
  return personas.includes(chosen) ? chosen : (personas[0] ?? chosen);
}

function evaluation({ facts, states }: Inputs, { bindings, outcomes }: RunSetup, acting: string): Evaluation & { readonly persona: string } {
  return { facts, entityStates: states, persona: acting, instanceBindings: bindings, outcomes };
}
