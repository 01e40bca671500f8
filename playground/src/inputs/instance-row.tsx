/** The cells of a row of the instance table. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Problem } from "../engine";
import { generation, update } from "../state/store";
import { type JsonObject } from "./documents";
import { DuplicateSign, RemoveSign } from "./icons";
import { pointer, problemsAt, problemsId, STATES } from "./pointers";
import { duplicateInstance, freeName, type InstanceRow, nameFault, removeInstances, renameInstance, setStateOf } from "./table";
import { undoable } from "./undo";
import { valueText } from "./values";
import { Choice } from "./fields/scalars";

interface CellProps {
  readonly entity: string;
  readonly row: InstanceRow;
}

/** Names that are being typed, by entity and instance: they outlive the row's going out of view, and become names when they can. */
const drafts = signal<{ readonly of: number; readonly names: ReadonlyMap<string, string> }>({ of: 0, names: new Map() });

function draftOf(key: string): string | undefined {
  return drafts.value.of === generation.value ? drafts.value.names.get(key) : undefined;
}

function setDraft(key: string, name: string | undefined): void {
  const { of, names } = drafts.peek();
  const kept = new Map(of === generation.peek() ? names : []);
  if (name === undefined) kept.delete(key);
  else kept.set(key, name);
  drafts.value = { of: generation.peek(), names: kept };
}

/** What the instance is called to people. */
const called = (id: string, article = "the"): string => (id === "" ? `${article} instance without a name` : id);

export function InstanceName({ entity, row: { id }, own }: CellProps & { readonly own: JsonObject }): JSX.Element {
  const key = `${entity}\n${id}`;
  const draft = draftOf(key);
  const fault = draft === undefined ? null : nameFault(draft, id, own);
  const place = pointer(STATES, [entity, id]);
  // An empty name stands in the document: that is told of the instance, and mended here.
  const problems: readonly Problem[] = id === "" ? problemsAt(place) : [];
  const commit = (): void => {
    // As it is then: a name that Enter took is taken no second time when the field goes.
    const typed = draftOf(key);
    if (typed === undefined || nameFault(typed, id, own) !== null) return;
    setDraft(key, undefined);
    if (typed !== id) undoable(`${called(id, "The")} is ${typed} now.`, renameInstance(entity, id, typed));
  };
  const told = fault ?? problems.map(({ message }) => message).join(" ");
  return (
    <span class="inputs-cell">
      <input
        class="inputs-name"
        data-instance={id}
        aria-label={`Name of ${called(id)}`}
        aria-invalid={told !== ""}
        aria-describedby={told === "" ? undefined : `${problemsId(place)}-name`}
        autocomplete="off"
        spellcheck={false}
        value={draft ?? id}
        onInput={({ currentTarget: { value } }) => setDraft(key, value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key !== "Escape" || draft === undefined) return;
          event.stopPropagation();
          setDraft(key, undefined);
        }}
      />
      {told === "" ? null : (
        <span class="inputs-cell-problem" id={`${problemsId(place)}-name`} title={told}>
          {told}
        </span>
      )}
    </span>
  );
}

export function InstanceState({ entity, states, row: { id, state } }: CellProps & { readonly states: readonly string[] }): JSX.Element {
  const place = pointer(STATES, [entity, id]);
  const problems = id === "" ? [] : problemsAt(place);
  const isState = typeof state === "string" && states.includes(state);
  const invalid = problems.length > 0;
  const told = problems.map(({ message, help }) => (help === undefined ? message : `${message} ${help}`)).join(" ");
  return (
    <span class="inputs-cell">
      <Choice
        label={`State of ${called(id)}`}
        value={typeof state === "string" ? state : valueText(undefined, state)}
        values={states}
        other={isState ? undefined : `${valueText(undefined, state)} (no state)`}
        none="choose …"
        described={{ "aria-invalid": invalid, "aria-describedby": invalid ? problemsId(place) : undefined }}
        onChange={(chosen) => update(setStateOf(entity, [id], chosen))}
      />
      {invalid ? (
        <span class="inputs-cell-problem" id={problemsId(place)} title={told}>
          {told}
        </span>
      ) : null}
    </span>
  );
}

interface ToolsProps extends CellProps {
  readonly own: JsonObject;
  readonly onCopied: (copy: string) => void;
}

export function InstanceTools({ entity, row: { id }, own, onCopied }: ToolsProps): JSX.Element {
  return (
    <span class="inputs-row-tools">
      <button
        type="button"
        class="icon"
        aria-label={`Duplicate ${called(id)}`}
        title="Duplicate"
        onClick={() => {
          const copy = freeName(id, own);
          update(duplicateInstance(entity, id, copy));
          onCopied(copy);
        }}
      >
        <DuplicateSign />
      </button>
      <button
        type="button"
        class="icon"
        aria-label={`Remove ${called(id)}`}
        title="Remove"
        onClick={({ currentTarget }) => {
          const row = currentTarget.closest("tr");
          const next = row?.nextElementSibling ?? row?.previousElementSibling;
          undoable(`${called(id, "The")} was removed.`, removeInstances(entity, [id]));
          // The keyboard stays in the table.
          next?.querySelector<HTMLElement>("[data-instance]")?.focus();
        }}
      >
        <RemoveSign />
      </button>
    </span>
  );
}
