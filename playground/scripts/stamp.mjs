// Gives a built page its number and its size, and its service worker the list of what belongs to it.
//
//   node playground/scripts/stamp.mjs [folder]
//
// The number is a hash of all files, so that another one means another page. It may be run again when files have changed.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const PAGE = "index.html";
const WORKER = "service-worker.js";
const NUMBER = /(<meta name="build" content=")[^"]*"/;
const SIZE = /(<meta name="megabytes" content=")[^"]*"/;
const FIRST_LINE = /^const KEPT = .*\n/;

const folder = process.argv[2] ?? fileURLToPath(new URL("../dist/", import.meta.url));
const hashOf = (content) => createHash("sha256").update(content).digest("hex");
const read = (path) => readFileSync(join(folder, path));

const unstamped = read(PAGE).toString().replace(NUMBER, '$1"').replace(SIZE, '$1"');
const worker = read(WORKER).toString().replace(FIRST_LINE, "");
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
  .map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, "/").length).split(sep).join("/"))
  .filter((path) => path !== WORKER)
  .sort();
const build = hashOf(
  [hashOf(worker), ...paths.map((path) => `${path} ${hashOf(path === PAGE ? unstamped : read(path))}`)].join("\n"),
).slice(0, 12);

const bytes = paths.reduce((sum, path) => sum + read(path).length, 0);
writeFileSync(join(folder, PAGE), unstamped.replace(NUMBER, `$1${build}"`).replace(SIZE, `$1${Math.round(bytes / 1_000_000)}"`));
const files = paths.map((path) => ({ path, bytes: read(path).length, hash: hashOf(read(path)) }));
writeFileSync(join(folder, WORKER), `const KEPT = ${JSON.stringify({ build, files })};\n${worker}`);
