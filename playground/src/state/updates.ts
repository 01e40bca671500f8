/** The shared updates: pure functions, each of which gives a change of the workspace. A panel keeps those that only it needs to itself. */

import type { Update } from "./store";
import { type ContractText, type Inputs, NO_RUN, type Pin, type RunSetup, type Selection, type Workspace } from "./workspace";

export const setInputs =
  (changes: Partial<Inputs>): Update =>
  (workspace) => ({ ...workspace, inputs: { ...workspace.inputs, ...changes } });

export const setFacts = (facts: string): Update => setInputs({ facts });
export const setStates = (states: string): Update => setInputs({ states });
export const setPersona = (persona: string): Update => setInputs({ persona });

export const setContract =
  (changes: Partial<ContractText>): Update =>
  (workspace) => ({ ...workspace, contract: { ...workspace.contract, ...changes } });

export const setRun =
  (changes: Partial<RunSetup>): Update =>
  (workspace) => ({ ...workspace, run: { ...workspace.run, ...changes } });

/** Another flow, or the same one with other instances: what was chosen for the run before does not hold any more. */
export const setUpRun =
  (flow: string, bindings: Readonly<Record<string, string>>): Update =>
  (workspace) => ({ ...workspace, run: { ...NO_RUN, flow, bindings } });

export const select =
  (selection: Selection | null): Update =>
  (workspace) => ({ ...workspace, selection });

export const setPin =
  (pin: Pin | null): Update =>
  (workspace) => ({ ...workspace, pin });

export const setScenarios =
  (scenarios: Workspace["scenarios"]): Update =>
  (workspace) => ({ ...workspace, scenarios });
