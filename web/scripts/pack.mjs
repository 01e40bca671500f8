// Makes the folder complete for `npm pack` (npm runs this before it packs, as `prepack`):
//
//   runtime/pyodide.*, python_stdlib.zip, pyodide-lock.json   Pyodide's own files, as its npm package has them
//   runtime/worker.js                                         the worker in one file, for applications whose bundler builds no workers
//   LICENSE                                                   the project's
//
// and refuses to pack what does not belong together: package, modules, wheel and compiled files are of one version.

import { createHash } from "node:crypto";
import { copyFile, readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = fileURLToPath(new URL("..", import.meta.url));
const runtime = join(web, "runtime");
const pyodide = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));

const PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

await checkVersions();
for (const name of PYODIDE_FILES) await copyFile(join(pyodide, name), join(runtime, name));
await build({
  entryPoints: [join(web, "dist/worker.js")],
  outfile: join(runtime, "worker.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
await copyFile(join(web, "../LICENSE"), join(web, "LICENSE"));
await writeFile(join(runtime, "NOTICE.txt"), notice(await versionIn(join(pyodide, "package.json"))));

async function checkVersions() {
  const version = await versionIn(join(web, "package.json"));
  const { VERSION, PYODIDE_VERSION } = await import("../dist/version.js");
  const manifest = JSON.parse(await readFile(join(runtime, "tenor-runtime.json"), "utf8"));
  const wheels = (await readdir(runtime)).filter((name) => name.startsWith("tenor_wasm-") && name.endsWith(".whl"));
  expect("the version in src/version.ts", VERSION, version);
  expect("the version of the compiled files", manifest.version, version);
  expect("the wheels in runtime/", wheels.join(", "), `tenor_wasm-${version}-py3-none-any.whl`);
  expect("Pyodide's version in node_modules", await versionIn(join(pyodide, "package.json")), PYODIDE_VERSION);
  expect("Pyodide's version of the compiled files", manifest.pyodide, PYODIDE_VERSION);
  for (const { name, sha256 } of Object.values(manifest.files)) {
    const content = await readFile(join(runtime, name));
    expect(`the SHA-256 of runtime/${name}`, createHash("sha256").update(content).digest("hex"), sha256);
  }
}

async function versionIn(file) {
  return JSON.parse(await readFile(file, "utf8")).version;
}

function expect(what, found, wanted) {
  if (found === wanted) return;
  console.error(`Nothing was packed: ${what} should be ${wanted}, not ${found}. Run \`make build\` and try again.`);
  process.exit(1);
}

function notice(pyodideVersion) {
  return `The files below are Pyodide ${pyodideVersion} (https://pyodide.org), as published in its npm package, under the Mozilla Public
License 2.0 (https://www.mozilla.org/MPL/2.0/); the source is at https://github.com/pyodide/pyodide. They contain CPython,
under the Python Software Foundation License Version 2 (https://docs.python.org/3/license.html).

${PYODIDE_FILES.map((name) => `  ${name}\n`).join("")}
python_start.bin and python_stdlib.bin are CPython's standard library out of python_stdlib.zip, compiled, in part and whole; snapshot.bin is the memory of a Pyodide that has
started. Everything else is tenor-wasm, under the licence in ../LICENSE.
`;
}
