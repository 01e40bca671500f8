// Builds what makes start-up fast, with the pinned Pyodide itself:
//
//   node web/scripts/build-runtime.mjs --wheel dist/tenor_wasm-….whl [--out web/runtime] [--accelerator msgspec-….whl] [--plain]
//
//   python_start.bin     the part of the standard library that Python and the package import, as bytecode: a zip, gzipped for the transfer
//   python_stdlib.bin    the whole library, likewise: it takes the other's place after the start
//   tenor_wasm.bin       the wheel, likewise; it is put on `sys.path` as it is
//   snapshot.bin         Python's memory with the package imported, gzipped: of use with exactly these two files only
//   tenor_wasm-….whl     the plain wheel, for everybody else (micropip, the fallback)
//   tenor-runtime.json   versions, sizes and SHA-256 of them all
//
// With --plain nothing is gzipped: for hosts that compress such files themselves, and for measuring what gzip costs on one
// machine. 21 MB instead of 10 where nobody compresses.
//
// The names do not end in .gz because some hosts would then declare a content-encoding of their own.

import nodeCrypto, { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

/** Raised whenever the runtime could misread an older manifest; the same number stands in src/compiled.ts. */
const FORMAT = 2;
const MANIFEST = "tenor-runtime.json";
/** Where the package's archive lies in Python's file system; the same path stands in src/pyodide.ts. */
const PACKAGE_PATH = "/lib/tenor_wasm.zip";
const ENTRY_MODULE = "tenor_wasm.api.wire";
/** All modules that a call can need, also those that are imported only when it comes. */
const MODULES = [
  ENTRY_MODULE,
  "tenor_wasm.api.carry",
  "tenor_wasm.api.compat",
  "tenor_wasm.api.records",
  "tenor_wasm.api.render_inspect",
  "tenor_wasm.api.render_why",
  "tenor_wasm.api.scenarios",
  "tenor_wasm.api.wire_sessions",
  "tenor_wasm.elaborator.elaborate",
  "tenor_wasm.elaborator.format",
  "tenor_wasm.elaborator.outline",
  "tenor_wasm.evaluator.evaluation_source",
  "tenor_wasm.evaluator.live_instances",
  "difflib",
];
const IMPORT_ALL = `import ${MODULES.join(", ")}`;
/** Bytes in a page of the snapshot; the same number stands in src/compiled.ts. */
const PAGE = 4096;

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    wheel: { type: "string" },
    out: { type: "string", default: join(here, "../runtime") },
    accelerator: { type: "string" },
    plain: { type: "boolean", default: false },
  },
});
if (values.wheel === undefined) throw new Error("--wheel is missing: name the wheel that `make build` made");

const pyodideFolder = join(createRequire(import.meta.url).resolve("pyodide/package.json"), "..");
const { loadPyodide, version: pyodideVersion } = await import(join(pyodideFolder, "pyodide.mjs"));
const { version } = JSON.parse(await readFile(join(here, "../package.json"), "utf8"));
const compilerSource = await readFile(join(here, "compile_archive.py"), "utf8");
const startModule = await readFile(join(here, "tenor_wasm_start.py"), "utf8");
const sitecustomize = await readFile(join(here, "sitecustomize.py"), "utf8");

const work = await mkdtemp(join(tmpdir(), "tenor-runtime-"));
try {
  await build();
} finally {
  await rm(work, { recursive: true });
}

async function build() {
  const compiler = await startCompiler();
  const stock = await readFile(join(pyodideFolder, "python_stdlib.zip"));
  const wheel = await readFile(values.wheel);
  const { libraryPath, python } = compiler;
  const library = (await builtBefore(sha256(stock))) ?? compiler.compile(stock, libraryPath, sitecustomize);
  const archive = compiler.compilePackage(wheel, library);
  const start = compiler.only(library, await importedModules(library, archive));
  const snapshot = await makeSnapshot(start, archive);

  await mkdir(values.out, { recursive: true });
  const files = {
    start: { ...(await write("python_start.bin", compiler.compress(start))), ...unpacked(start) },
    library: { ...(await write("python_stdlib.bin", compiler.compress(library))), ...unpacked(library), source: sha256(stock), compiler: sha256(compilerSource + sitecustomize) },
    package: { ...(await write("tenor_wasm.bin", compiler.compress(archive))), ...unpacked(archive) },
    snapshot: {
      ...(await write("snapshot.bin", compiler.compress(withoutZeroPages(snapshot)))),
      ...unpacked(withoutZeroPages(snapshot)),
      // The memory holds offsets into these archives: with other ones, later imports would fail.
      needs: { pyodide: pyodideVersion, library: sha256(library), package: sha256(archive) },
    },
    wheel: await write(basename(values.wheel), wheel),
  };
  if (values.accelerator) files.accelerator = await write(basename(values.accelerator), await readFile(values.accelerator));
  const manifest = { format: FORMAT, version, pyodide: pyodideVersion, python, files };
  // Last of all, so that a broken build leaves no manifest that fits it.
  await writeFile(join(values.out, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Pyodide with its stock library, and the functions of compile_archive.py in it. */
async function startCompiler() {
  const pyodide = await loadPyodide();
  pyodide.runPython(compilerSource);
  const toBytes = pyodide.runPython("lambda view: view.to_bytes()");
  const pythonBytes = (bytes) => toBytes(new Uint8Array(bytes));
  const call = (name, bytes, ...rest) => {
    const result = pyodide.globals.get(name)(pythonBytes(bytes), ...rest);
    const plain = result.toJs();
    result.destroy();
    return plain;
  };
  const [python, libraryPath] = pyodide.runPython(
    "import sys; [sys.version.split()[0], next(path for path in sys.path if path.endswith('.zip'))]",
  ).toJs();
  return {
    python,
    libraryPath,
    compile: (archive, ...rest) => call("compile_archive", archive, ...rest),
    compilePackage: (wheel, library) => {
      const compiled = call("compile_archive", wheel, PACKAGE_PATH);
      return call("with_start", compiled, pythonBytes(wheel), PACKAGE_PATH, startModule, pythonBytes(library));
    },
    only: (archive, modules) => {
      const names = pyodide.toPy(modules);
      const part = call("only", archive, names);
      names.destroy();
      return part;
    },
    compress: (bytes) => (values.plain ? bytes : call("compress", bytes)),
  };
}

/** All that Python, Pyodide and the package import at their start or in any call. */
async function importedModules(library, archive) {
  const pyodide = await startFrom(library, archive);
  return pyodide.runPython(`${IMPORT_ALL}; import sys; sorted(sys.modules)`).toJs();
}

/** A Pyodide with these archives in their places. */
async function startFrom(library, archive, options = {}) {
  const libraryFile = join(work, "python_stdlib.zip");
  await writeFile(libraryFile, library);
  const pyodide = await loadPyodide({ ...options, stdLibURL: libraryFile });
  pyodide.FS.writeFile(PACKAGE_PATH, archive);
  pyodide.runPython(`import sys; sys.path.insert(1, "${PACKAGE_PATH}"); import tenor_wasm_start`);
  return pyodide;
}

/** The compiled library of an earlier build, where it came from the same source in the same way. */
async function builtBefore(source) {
  try {
    const { pyodide, files } = JSON.parse(await readFile(join(values.out, MANIFEST), "utf8"));
    const { name, sha256: expected, source: builtFrom, compiler } = files.library;
    const bytes = await readFile(join(values.out, name));
    const same = pyodide === pyodideVersion && builtFrom === source && compiler === sha256(compilerSource + sitecustomize);
    const gzipped = bytes[0] === 0x1f;
    return same && sha256(bytes) === expected ? new Uint8Array(gzipped ? gunzipSync(bytes) : bytes) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Python's memory after it has imported the package. What would differ from build to build is fixed: the hash seed, the clock, and what
 * the host calls random.
 */
async function makeSnapshot(start, archive) {
  const restore = freezeHost();
  try {
    const pyodide = await startFrom(start, archive, { _makeSnapshot: true, env: { PYTHONHASHSEED: "0" } });
    pyodide.runPython(`${IMPORT_ALL}; import gc; gc.collect(); gc.freeze(); gc.enable()`);
    return pyodide.makeMemorySnapshot();
  } finally {
    restore();
  }
}

function freezeHost() {
  const originals = [Date.now, performance.now, nodeCrypto.randomFillSync];
  set(() => 0, () => 0, (view) => view.fill(1));
  return () => set(...originals);

  function set(now, elapsed, fill) {
    [Date.now, performance.now, nodeCrypto.randomFillSync] = [now, elapsed, fill];
    syncBuiltinESMExports();
  }
}

/**
 * Half of the memory was never used: without the pages of zeros, the browser has half as much to decompress.
 * The length, a byte for each page that says whether it is there, the pages; `expanded` in src/compiled.ts reads it.
 */
function withoutZeroPages(memory) {
  const pages = Math.ceil(memory.length / PAGE);
  const head = new Uint8Array(4 + pages);
  new DataView(head.buffer).setUint32(0, memory.length, true);
  const used = [];
  for (let page = 0; page < pages; page++) {
    const content = memory.subarray(page * PAGE, (page + 1) * PAGE);
    if (content.every((byte) => byte === 0)) continue;
    head[4 + page] = 1;
    used.push(content);
  }
  return new Uint8Array(Buffer.concat([head, ...used]));
}

async function write(name, bytes) {
  await writeFile(join(values.out, name), bytes);
  return { name, bytes: bytes.length, sha256: sha256(bytes) };
}

/** What the file is once it has been decompressed. */
function unpacked(bytes) {
  return { unpackedBytes: bytes.length, unpackedSha256: sha256(bytes) };
}

function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}
