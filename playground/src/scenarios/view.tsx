/** The scenarios, each with how it goes; what they exercise of the contract; files of them. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { live, outdated } from "../engine";
import { openFiles } from "../share/open";
import { ContractNotice } from "../shell/contract-notice";
import { workspace } from "../state/store";
import { Menu, Problems } from "../widgets";
import { pinPresent, saveScenarios, saveWithContract } from "./commands";
import { CoverageTable } from "./coverage-table";
import { runs } from "./runs";
import { ScenarioCard } from "./scenario-card";
import "./scenarios.css";

export function ScenariosView(): JSX.Element {
  const { scenarios } = workspace.value;
  const { value, problems, stale, pending } = runs.answer.value;
  const results = new Map(value?.scenarios.map((scenario, index) => [scenario, value.result.results[index]]));
  return (
    <div class="stack">
      <Toolbar />
      <ContractNotice what="these results belong" />
      {scenarios.length === 0 ? <Nothing /> : <Summary />}
      <Problems problems={problems} />
      <ul class="plain stack">
        {scenarios.map((scenario, index) => (
          <ScenarioCard key={index} scenario={scenario} result={results.get(scenario)} waits={pending} />
        ))}
      </ul>
      {value === undefined || scenarios.length === 0 ? null : <CoverageTable result={value.result} stale={stale} />}
    </div>
  );
}

function Toolbar(): JSX.Element {
  const chooser = useRef<HTMLInputElement>(null);
  const none = workspace.value.scenarios.length === 0;
  return (
    <div class="row">
      <button type="button" class="primary" title={outdated.value ?? undefined} disabled={live.value === null || outdated.value !== null} onClick={() => void pinPresent()}>
        Pin the present situation
      </button>
      <Menu
        label="Files"
        items={[
          { label: "Open scenarios…", hint: "A file that tenor test reads; it takes the place of these.", run: () => chooser.current?.click() },
          { label: "Save with the contract in it", hint: "tenor test runs it wherever it lies.", disabled: none, run: () => void saveWithContract() },
          { label: "Save the scenarios only", hint: "For the folder of contract.tenor or contract.json.", disabled: none, run: saveScenarios },
        ]}
      />
      <input
        ref={chooser}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label="Open scenarios"
        accept=".json,application/json"
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = "";
          void openFiles(files);
        }}
      />
    </div>
  );
}

function Nothing(): JSX.Element {
  return (
    <p class="hint">
      No scenarios yet. Pin the present situation: what the contract answers to it now is expected of it from then on, and every
      change of the contract is held to it.
    </p>
  );
}

/** Not by the address: that may hold a workspace. */
function showCoverage(event: MouseEvent): void {
  event.preventDefault();
  const heading = document.getElementById("scenarios-coverage");
  heading?.scrollIntoView({ block: "start" });
  heading?.focus();
}

function Summary(): JSX.Element {
  const { value, stale, pending } = runs.answer.value;
  const results = value?.result.results ?? [];
  const good = results.filter(({ passed }) => passed).length;
  const parts = Object.values(value?.result.coverage ?? {});
  const count = (which: "hit" | "total"): number => parts.reduce((sum, part) => sum + part[which], 0);
  const sentence = value === undefined ? (pending ? "Running …" : "") : `${good} of ${results.length} go as expected.`;
  return (
    <p role="status" class={stale ? "scenarios-stale" : undefined}>
      {sentence}{" "}
      {value === undefined ? null : (
        <a href="#scenarios-coverage" onClick={showCoverage}>
          {`They exercise ${count("hit")} of the contract's ${count("total")} parts`}
        </a>
      )}
      {stale ? <span class="hint"> Of the contract before the newest change.</span> : null}
    </p>
  );
}
