/** Instances by entity: a table in which names and states are changed in place; 5,000 rows scroll and filter. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { InspectResult } from "tenor-wasm";
import { inspection } from "../engine";
import { update } from "../state/store";
import { type Column, Menu, Problems, Tabs, VirtualTable } from "../widgets";
import { editStates, type JsonObject, nestedStates, stateDocument, without } from "./documents";
import { GenerateDialog } from "./generate";
import { InstanceName, InstanceState, InstanceTools } from "./instance-row";
import { pointer, problemsAt, problemsIn, STATES } from "./pointers";
import { addInstances, filterRows, firstName, freeName, type InstanceRow, removeInstances, rowsOf, setStateOf } from "./table";
import { undoable } from "./undo";

type Entity = InspectResult["entities"][number];

/** The entity whose table is shown. */
const shown = signal("");

export function InstanceTables(): JSX.Element {
  const states = stateDocument.value;
  const entities = inspection.value?.entities ?? [];
  if (states === null) return <p class="hint">The text is no JSON object yet: mend it below, and the table is back. Nothing of it is lost.</p>;
  const entity = entities.find(({ id }) => id === shown.value) ?? entities[0];
  if (entity === undefined) return <p class="hint">The contract declares no entities.</p>;
  return (
    <>
      <Problems problems={problemsAt(STATES)} paths={false} />
      {entities.length === 1 ? (
        <InstanceTable key={entity.id} entity={entity} states={states} />
      ) : (
        <div class="inputs-entities">
          <Tabs
            label="Entities"
            prefix="entity-"
            tabs={entities.map(({ id }) => ({ id, title: id, badge: countOf(id, states) }))}
            chosen={entity.id}
            onChoose={(id) => (shown.value = id)}
          >
            <InstanceTable key={entity.id} entity={entity} states={states} />
          </Tabs>
        </div>
      )}
      <Undeclared states={states} entities={entities} />
    </>
  );
}

function countOf(entity: string, states: JsonObject): { readonly text: string; readonly label: string; readonly tone: string } {
  const broken = problemsIn(pointer(STATES, [entity])).length;
  const count = Object.keys(nestedStates(states[entity])).length;
  const label = `${count} ${count === 1 ? "instance" : "instances"}${broken > 0 ? `, ${broken} with errors` : ""}`;
  return { text: String(count), label, tone: broken > 0 ? "bad" : "plain" };
}

interface TableProps {
  readonly entity: Entity;
  readonly states: JsonObject;
}

function InstanceTable({ entity, states }: TableProps): JSX.Element {
  const [text, setText] = useState("");
  const [state, setState] = useState("");
  const [reveal, setReveal] = useState<string | null>(null);
  const of = states[entity.id];
  const own = useMemo(() => nestedStates(of), [of]);
  const all = useMemo(() => rowsOf(of), [of]);
  const rows = useMemo(() => filterRows(all, text, state), [all, text, state]);
  const place = pointer(STATES, [entity.id]);
  const add = (name: string): void => {
    setText("");
    setState("");
    update(addInstances(entity.id, [[name, entity.initial]]));
    setReveal(name);
    focusName(name);
  };
  return (
    <div class="inputs-instances">
      <div class="row">
        <button type="button" onClick={() => add(all.length === 0 ? firstName(entity.id) : freeName(all.at(-1)?.id ?? entity.id, own))}>
          Add instance
        </button>
        <GenerateDialog entity={entity} taken={own} />
        <input type="search" placeholder="Filter by name" aria-label={`Filter ${entity.id} by name`} value={text} onInput={({ currentTarget: { value } }) => setText(value)} />
        <select aria-label={`Filter ${entity.id} by state`} value={state} onChange={({ currentTarget: { value } }) => setState(value)}>
          <option value="">any state</option>
          {entity.states.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Bulk entity={entity} rows={rows} isFiltered={rows.length !== all.length} />
        <span class="hint" role="status">
          {rows.length === all.length ? `${all.length} ${all.length === 1 ? "instance" : "instances"}` : `${rows.length} of ${all.length}`}
        </span>
      </div>
      <Problems problems={problemsAt(place)} paths={false} />
      {rows.length === 0 ? (
        <p class="hint">{all.length === 0 ? `There is no ${entity.id}: nothing can be done to one.` : "No instance matches the filter."}</p>
      ) : (
        <VirtualTable
          // What another filter shows is seen from its beginning.
          key={`${state} ${text}`}
          caption={`Instances of ${entity.id}`}
          columns={columnsOf(entity, own, setReveal)}
          rows={rows}
          keyOf={({ id }) => id}
          rowHeight={44}
          height={400}
          reveal={reveal === null ? null : rows.findIndex(({ id }) => id === reveal)}
        />
      )}
    </div>
  );
}

function columnsOf(entity: Entity, own: JsonObject, show: (id: string) => void): readonly Column<InstanceRow>[] {
  return [
    { id: "name", head: "Instance", isHead: true, cell: (row) => <InstanceName entity={entity.id} row={row} own={own} /> },
    { id: "state", head: "State", cell: (row) => <InstanceState entity={entity.id} states={entity.states} row={row} /> },
    {
      id: "tools",
      head: <span class="unseen">Row</span>,
      class: "inputs-tools",
      cell: (row) => (
        <InstanceTools
          entity={entity.id}
          row={row}
          own={own}
          onCopied={(copy) => {
            show(copy);
            focusName(copy);
          }}
        />
      ),
    },
  ];
}

/** The keyboard goes on in the new row. */
function focusName(name: string): void {
  const find = (tries: number): void => {
    const field = document.querySelector<HTMLInputElement>(`.inputs-name[data-instance="${CSS.escape(name)}"]`);
    if (field === null && tries > 0) requestAnimationFrame(() => find(tries - 1));
    field?.focus();
    field?.select();
  };
  requestAnimationFrame(() => find(5));
}

interface BulkProps {
  readonly entity: Entity;
  readonly rows: readonly InstanceRow[];
  readonly isFiltered: boolean;
}

/** What is done to all that the filter shows. */
function Bulk({ entity, rows, isFiltered }: BulkProps): JSX.Element | null {
  if (rows.length === 0) return null;
  const which = `${isFiltered ? "the" : "all"} ${rows.length}${isFiltered ? " shown" : ""}`;
  const ids = (): readonly string[] => rows.map(({ id }) => id);
  const setTo = (state: string): void => undoable(`${rows.length} ${entity.id} set to ${state}.`, setStateOf(entity.id, ids(), state));
  return (
    <Menu
      label={isFiltered ? `The ${rows.length} shown …` : `All ${rows.length} …`}
      items={[
        ...entity.states.map((state) => ({ label: `Set ${which} to ${state}`, run: () => setTo(state) })),
        { label: `Remove ${which}`, run: () => undoable(`${rows.length} ${entity.id} removed.`, removeInstances(entity.id, ids())) },
      ]}
    />
  );
}

interface UndeclaredProps {
  readonly states: JsonObject;
  readonly entities: readonly Entity[];
}

/** Entities that the contract does not declare: an error, which stands here until somebody decides. */
function Undeclared({ states, entities }: UndeclaredProps): JSX.Element | null {
  const known = new Set(entities.map(({ id }) => id));
  const others = Object.keys(states).filter((id) => !known.has(id));
  if (others.length === 0) return null;
  return (
    <section class="inputs-others" aria-label="Entities that the contract does not declare">
      <h3>Not declared by the contract</h3>
      {others.map((id) => (
        <div key={id} class="stack">
          <div class="row">
            <span class="inputs-fact-name">{id}</span>
            <span class="hint">{`${Object.keys(nestedStates(states[id])).length} instances`}</span>
            <button type="button" aria-label={`Remove ${id}`} onClick={() => undoable(`${id} was removed.`, editStates((now) => without(now, id)))}>
              Remove
            </button>
          </div>
          <Problems problems={problemsIn(pointer(STATES, [id]))} paths={false} />
        </div>
      ))}
    </section>
  );
}

/** For panels that lead here: shows the table of an entity. */
export function showEntity(entity: string): void {
  shown.value = entity;
}

