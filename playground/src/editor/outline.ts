/** Where the names of the contract's source are declared and mentioned: the evaluator's outline, also while there are errors. */

import { computed } from "@preact/signals";
import type { InspectResult, OutlineName } from "tenor-wasm";
import { inspection, resource } from "../engine";
import { workspace } from "../state/store";

export type NameKind = OutlineName["kind"];

/** What one may want to see the declaration of. `scope` tells states of several entities and steps of several flows apart. */
export interface Named {
  readonly kind: NameKind;
  readonly id: string;
  readonly scope?: string | undefined;
}

const TYPING_PAUSE_MS = 250;

export const outline = resource({
  name: "outline",
  pause: TYPING_PAUSE_MS,
  question: () => {
    const { form, files, root } = workspace.value.contract;
    return form === "source" ? ([files, root] as const) : null;
  },
  ask: async (tenor, [files, root], options): Promise<readonly OutlineName[]> => (await tenor.outline(files, root, options)).names,
});

const names = computed(() => outline.answer.value.value ?? []);

/** Everything that is declared, by kind. */
export const declarations = computed(() => {
  const byKind = new Map<NameKind, OutlineName[]>();
  for (const name of names.value) {
    if (name.declares !== true) continue;
    const known = byKind.get(name.kind) ?? [];
    byKind.set(name.kind, [...known, name]);
  }
  return byKind;
});

/** Where a name is declared. */
export function declarationOf({ kind, id, scope }: Named): OutlineName | undefined {
  const found = (declarations.value.get(kind) ?? []).filter((name) => name.id === id);
  return found.find((name) => name.scope === scope) ?? found.find((name) => name.scope?.startsWith(`${scope ?? ""}/`)) ?? found[0];
}

/** The name that a word in a file stands for. The outline may be a moment older than the text: the nearest line counts. */
export function nameAt(file: string, line: number, word: string): OutlineName | undefined {
  let nearest: OutlineName | undefined;
  for (const name of names.peek()) {
    if (name.id !== word || name.file !== file) continue;
    if (nearest === undefined || Math.abs(name.line - line) < Math.abs(nearest.line - line)) nearest = name;
  }
  return nearest;
}

type Describe = (inspection: InspectResult, name: Named) => string | undefined;

/** What the evaluator says of a name, in a line. */
const DESCRIPTIONS: Partial<Readonly<Record<NameKind, Describe>>> = {
  fact: ({ facts }, { id }) => facts.find((fact) => fact.id === id)?.type,
  entity: ({ entities }, { id }) => entities.find((entity) => entity.id === id)?.states.join(", "),
  verdict: ({ rules }, { id }) => {
    const rule = rules.find(({ produces }) => produces === id);
    return rule && `by ${rule.id} when ${rule.condition_summary}`;
  },
  rule: ({ rules }, { id }) => {
    const rule = rules.find((one) => one.id === id);
    return rule && `stratum ${rule.stratum}: ${rule.produces} when ${rule.condition_summary}`;
  },
  operation: ({ operations }, { id }) => {
    const operation = operations.find((one) => one.id === id);
    return operation && `by ${operation.allowed_personas.join(", ")} when ${operation.precondition_summary}`;
  },
  flow: ({ flows }, { id }) => flows.find((flow) => flow.id === id)?.steps.join(" → "),
};

export function describe(name: Named): string {
  const known = inspection.peek();
  const said = known === undefined ? undefined : DESCRIPTIONS[name.kind]?.(known, name);
  const of = name.kind === "state" && name.scope !== undefined ? `${name.kind} of ${name.scope}` : name.kind;
  return said === undefined || said === "" ? of : `${of}: ${said}`;
}
