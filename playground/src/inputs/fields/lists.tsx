/** Lists: a table where the elements fit into rows, one below the other where they have parts of parts. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { BaseType } from "tenor-wasm";
import { type Column, Problems, VirtualTable } from "../../widgets";
import { isList, isObject, type Json, type JsonObject, type Path } from "../documents";
import { undoing } from "../undo";
import { DuplicateSign, RemoveSign } from "../icons";
import { FACTS, pathOf, pointer, problemsAt, problemsId, problemsIn } from "../pointers";
import { emptyValue } from "../values";
import { Control, type ControlProps, Misfit, problemsOfMember } from "./control";
import { hasOwnProblems } from "./parts";

type ListType = Extract<BaseType, { base: "List" }>;

/** A longer list is drawn in part, in rows of one height: there what is wrong stands below the table. */
const WHOLE = 60;
const ROW_HEIGHT = 44;

export function ListControl(props: ControlProps<ListType>): JSX.Element {
  const { type, value, path, label, fallback } = props;
  const box = useRef<HTMLDivElement>(null);
  if (value !== undefined && value !== "" && !isList(value)) return <Misfit {...props} />;
  const rows = isList(value) ? value : isList(fallback) ? fallback : [];
  const edit = rowEdits(rows, props, box);
  const Rows = isTable(type.element_type) ? RowsAsTable : RowsAsBlocks;
  const place = pointer(FACTS, path);
  return (
    <div class="inputs-list" ref={box}>
      {rows.length === 0 ? <p class="hint">No elements.</p> : <Rows type={type.element_type} rows={rows} path={path} label={label} edit={edit} />}
      <div class="row">
        <button type="button" onClick={() => edit.add(rows.length, emptyValue(type.element_type))}>
          Add to {label}
        </button>
        <span class="hint">{type.max === undefined ? rows.length : `${rows.length} of at most ${type.max}`}</span>
      </div>
      <Problems id={problemsId(place)} problems={problemsAt(place)} paths={false} />
      {rows.length > WHOLE ? <FarProblems path={path} /> : null}
    </div>
  );
}

interface RowEdits {
  readonly set: (index: number, value: Json | undefined) => void;
  readonly add: (index: number, value: Json) => void;
  readonly remove: (index: number) => void;
}

function rowEdits(
  rows: readonly Json[],
  { type: { element_type: type }, label, onChange }: ControlProps<ListType>,
  box: { readonly current: HTMLElement | null },
): RowEdits {
  const focus = (index: number): void => {
    requestAnimationFrame(() => {
      const row = box.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
      row?.closest("tr, fieldset")?.querySelector<HTMLElement>("input, select, textarea, button")?.focus();
    });
  };
  return {
    set: (index, value) => onChange(rows.with(index, value ?? (type.base === "Text" ? "" : emptyScalar(type)))),
    add: (index, value) => {
      onChange(rows.toSpliced(index, 0, value));
      focus(index);
    },
    remove: (index) => {
      undoing(`${label} ${index + 1} was removed.`, () => onChange(rows.toSpliced(index, 1)));
      focus(Math.min(index, rows.length - 2));
    },
  };
}

/** An emptied element stays an element. */
function emptyScalar(type: BaseType): Json {
  return type.base === "Bool" || type.base === "Enum" ? "" : emptyValue(type);
}

interface RowsProps {
  readonly type: BaseType;
  readonly rows: readonly Json[];
  readonly path: Path;
  readonly label: string;
  readonly edit: RowEdits;
}

function isTable(type: BaseType): boolean {
  return type.base === "Record" ? Object.values(type.fields).every((field) => !hasOwnProblems(field)) : !hasOwnProblems(type);
}

function RowsAsTable({ type, rows, path, label, edit }: RowsProps): JSX.Element {
  const fields: readonly (readonly [string, BaseType])[] = type.base === "Record" ? Object.entries(type.fields) : [["", type]];
  const near = rows.length <= WHOLE;
  const columns: readonly Column<Json>[] = [
    { id: "#", head: "#", isHead: true, class: "inputs-index", cell: (_row, index) => <span data-row={index}>{index + 1}</span> },
    ...fields.map(([name, field]) => ({
      id: name,
      head: name === "" ? "value" : name,
      cell: (row: Json, index: number) => (
        <Cell type={field} name={name} row={row} path={[...path, index]} label={`${label} ${index + 1}`} near={near} onChange={(value) => edit.set(index, value)} />
      ),
    })),
    { id: "", head: <span class="unseen">Row</span>, class: "inputs-tools", cell: (row, index) => <RowTools row={row} index={index} label={label} edit={edit} /> },
  ];
  return <VirtualTable caption={label} columns={columns} rows={rows} keyOf={(_row, index) => String(index)} rowHeight={ROW_HEIGHT} height={360} />;
}

interface CellProps {
  readonly type: BaseType;
  /** The field of the record, or nothing where the element is the value. */
  readonly name: string;
  readonly row: Json;
  readonly path: Path;
  readonly label: string;
  readonly near: boolean;
  readonly onChange: (row: Json | undefined) => void;
}

function Cell({ type, name, row, path, label, near, onChange }: CellProps): JSX.Element {
  const whole = name === "";
  const record: JsonObject = isObject(row) ? row : {};
  const own = whole ? path : [...path, name];
  // That the row is no record stands in its first cell too: there is no other place in a row.
  const found = whole || !isObject(row) ? problemsIn(pointer(FACTS, path)) : problemsOfMember(path, name);
  const id = problemsId(pointer(FACTS, own));
  return (
    <>
      <Control
        type={type}
        value={whole ? row : record[name]}
        path={own}
        missing={found.length > 0}
        label={whole ? label : `${label}, ${name}`}
        compact
        onChange={(value) => onChange(whole ? value : { ...record, [name]: value ?? "" })}
      />
      {near ? (
        <Problems id={id} problems={found} paths={false} />
      ) : (
        <span class="unseen" id={id}>
          {found.map(({ message }) => message).join(" ")}
        </span>
      )}
    </>
  );
}

interface ToolsProps {
  readonly row: Json;
  readonly index: number;
  readonly label: string;
  readonly edit: RowEdits;
}

function RowTools({ row, index, label, edit }: ToolsProps): JSX.Element {
  return (
    <span class="inputs-row-tools">
      <button type="button" class="icon" aria-label={`Duplicate ${label} ${index + 1}`} title="Duplicate" onClick={() => edit.add(index + 1, row)}>
        <DuplicateSign />
      </button>
      <button type="button" class="icon" aria-label={`Remove ${label} ${index + 1}`} title="Remove" onClick={() => edit.remove(index)}>
        <RemoveSign />
      </button>
    </span>
  );
}

function RowsAsBlocks({ type, rows, path, label, edit }: RowsProps): JSX.Element {
  return (
    <ol class="inputs-blocks">
      {rows.map((row, index) => (
        <li key={index}>
          <fieldset>
            <legend>
              {label} {index + 1} <span data-row={index} />
            </legend>
            <Control type={type} value={row} path={[...path, index]} label={`${label} ${index + 1}`} onChange={(value) => edit.set(index, value)} />
            <RowTools row={row} index={index} label={label} edit={edit} />
          </fieldset>
        </li>
      ))}
    </ol>
  );
}

/** Below a long table: its first problems, each with its row. */
function FarProblems({ path }: { readonly path: Path }): JSX.Element | null {
  const place = pointer(FACTS, path);
  const inside = problemsIn(place).filter((problem) => problem.path !== place);
  const told = inside.slice(0, 5).map((problem) => {
    const [row, ...rest] = pathOf(problem.path).slice(path.length);
    return { ...problem, message: `Row ${Number(row) + 1}${rest.length > 0 ? `, ${rest.join(", ")}` : ""}: ${problem.message}` };
  });
  return (
    <>
      <Problems problems={told} paths={false} />
      {inside.length > told.length ? <p class="hint">{`and ${inside.length - told.length} more`}</p> : null}
    </>
  );
}
