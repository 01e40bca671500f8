// Writes src/types.ts from the JSON Schemas of the wheel; with --check it only says whether that file is up to date.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const SCHEMAS = new URL("../../tenor_wasm/api/schemas/", import.meta.url);
const TARGET = new URL("../src/types.ts", import.meta.url);

const BANNER = `/**
 * What calls take and answer with. Names are the wire's own, so that a result can be handed on unchanged.
 *
 * Generated from tenor_wasm/api/schemas by scripts/generate-types.mjs: change the schemas, then \`npm run types\`.
 */`;

/** The schemas that are named otherwise than their file: these are results, told from the inputs by their name. */
const RESULTS = [
  "action_space", "action_space_change", "action_space_counts", "action_space_grouped", "chain_record", "diff", "elaborate", "evaluate", "evaluate_batch",
  "execution", "executions", "explain", "format", "history", "inspect", "instances", "load", "open_session", "outline", "run_scenarios", "session_inputs",
  "session_revision", "simulate_flow", "triggers", "verify", "version", "vocabulary",
];
/** The schemas whose parts are told apart by their own names; a part of any other is called after its file, too. */
const PLAIN_PARTS = ["action_space", "common", "elaborate", "evaluate", "executions", "files", "source_errors", "triggers"];
/** Not of the bridge: the command line's own results, the drop-in surface's error, the parameters of the wire and of the server. */
const LEFT_OUT = ["agent_log", "compat_error", "error", "free", "hash", "http_error", "http_health", "http_index", "params", "requests", "validate"];
/** In what a caller gives, a large integer is a bigint; in what comes back, it is the text of its digits (json.ts). */
const INPUTS = ["facts"];

/**
 * The compiler takes one document: every schema and every part of one becomes a definition, references lead there.
 */
async function oneDocument() {
  const definitions = {};
  for (const file of (await readdir(SCHEMAS)).filter((name) => name.endsWith(".json")).sort()) {
    const name = file.slice(0, -".json".length);
    if (LEFT_OUT.includes(name)) continue;
    const { $schema, $id, title, $defs = {}, ...schema } = JSON.parse(await readFile(new URL(file, SCHEMAS), "utf8"));
    for (const [part, definition] of Object.entries($defs)) {
      define(definitions, partName(name, part), definition, name);
    }
    if (name !== "common") define(definitions, schemaName(name), schema, name);
  }
  return { title: "Tenor", type: "object", additionalProperties: false, properties: {}, definitions };
}

function define(definitions, key, schema, file) {
  if (key in definitions) throw new Error(`two schemas would be called \`${key}\``);
  definitions[key] = adapted(schema, file);
}

function schemaName(name) {
  return RESULTS.includes(name) ? `${name}_result` : name;
}

function partName(file, part) {
  if (file === "simulate_flow") return part === "step" ? "path_step" : `step_${part}`;
  if (file === "action_space" && part === "reason") return "blocked_reason";
  if (file === "facts") return `fact_${part}`;
  // A type called Error would hide JavaScript's.
  if (part === "error") return "wire_error";
  return PLAIN_PARTS.includes(file) ? part : `${file}_${part}`;
}

/** A copy whose references are local and whose integers are as wide as the wire's. */
function adapted(schema, file) {
  if (Array.isArray(schema)) return schema.map((entry) => adapted(entry, file));
  if (typeof schema !== "object" || schema === null) return schema;
  // With anything beside it, a reference would become a second type of the same content.
  if (typeof schema.$ref === "string") return { $ref: localReference(schema.$ref, file) };
  const copy = {};
  for (const [key, value] of Object.entries(schema)) copy[key] = adapted(value, file);
  // Counts and positions have a minimum; an integer of the contract's own may be of any size.
  if (copy.type === "integer" && copy.minimum === undefined) copy.tsType = INPUTS.includes(file) ? "number | bigint" : "number | string";
  // An object of any members; the compiler's own `{}` would be anything but null.
  if (copy.type === "object" && copy.properties === undefined && copy.additionalProperties === undefined) {
    copy.tsType = INPUTS.includes(file) ? "object" : "{ [k: string]: unknown }";
  }
  // "At least one" as a type of its own only makes lists harder to use.
  delete copy.minItems;
  return copy;
}

function localReference(reference, file) {
  const [target, part] = reference.split("#/$defs/");
  const name = target === "" ? file : target.slice(0, -".json".length);
  return `#/definitions/${part === undefined ? schemaName(name) : partName(name, part)}`;
}

const text = await compile(await oneDocument(), "Tenor", {
  bannerComment: BANNER,
  unreachableDefinitions: true,
  additionalProperties: false,
  style: { printWidth: 120 },
});
// The compiler's root has no content, and it says of each definition where it came from: neither is of use to a reader.
const types = text
  .replace("export interface Tenor {}\n", "")
  .replace(/\n \*\n \* This interface was referenced by [^\n]*\n[^\n]*(?=\n \*\/)/g, "")
  .replace(/\/\*\*\n \* This interface was referenced by [^\n]*\n[^\n]*\n \*\/\n/g, "")
  .replace(/([^\n])$/, "$1\n");

if (process.argv.includes("--check")) {
  const present = await readFile(TARGET, "utf8").catch(() => "");
  if (present !== types) {
    console.error("web/src/types.ts does not fit tenor_wasm/api/schemas: run `npm run types` in web/ and commit what it writes.");
    process.exit(1);
  }
} else {
  await writeFile(TARGET, types);
}
