import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const bridge = join(here, "../web/dist/index.js");
const pyodide = join(here, "../web/node_modules/pyodide");
const examples = join(here, "examples");
const compiled = join(here, "../web/runtime");
const wheel = theWheel(join(here, "../dist"));

/** What Pyodide needs at run time; the rest of its npm package stays at home. */
const PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

function theWheel(folder: string): string {
  const wheels = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".whl")) : [];
  if (wheels.length !== 1) throw new Error(`expected one wheel in dist/, found ${wheels.length}: run \`make build\``);
  return join(folder, wheels[0] as string);
}

/** The compiled files that the page asks for: all that the manifest names, except the memory snapshot. */
function compiledFiles(): string[] {
  const manifest = "tenor-runtime.json";
  const { files } = JSON.parse(readFileSync(join(compiled, manifest), "utf8")) as { files: Record<string, { name: string }> };
  const { wheel: _plain, snapshot: _snapshot, ...wanted } = files;
  return [manifest, ...Object.values(wanted).map(({ name }) => name)];
}

/** Puts the files that are fetched at run time beside the page: Pyodide, the wheel, the examples. */
function runtimeFiles(): Plugin {
  return {
    name: "runtime-files",
    generateBundle() {
      const emit = (fileName: string, path: string): void => {
        this.emitFile({ type: "asset", fileName, source: readFileSync(path) });
      };
      for (const name of PYODIDE_FILES) emit(`runtime/${name}`, join(pyodide, name));
      emit(`runtime/${basename(wheel)}`, wheel);
      for (const name of compiledFiles()) emit(`runtime/${name}`, join(compiled, name));
      for (const name of readdirSync(examples, { recursive: true, encoding: "utf8" })) {
        if (/\.(json|tenor)$/.test(name)) emit(`examples/${name}`, join(examples, name));
      }
    },
  };
}

/** The service worker is a script of its own, at the page's own address: it answers for what lies below that. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    buildStart() {
      this.emitFile({ type: "chunk", id: join(here, "src/offline/worker/service-worker.ts"), fileName: "service-worker.js" });
    },
  };
}

/** What the page says of itself. */
const VERSIONS = {
  page: packageVersion(join(here, "package.json")),
  tenor: tenorVersion(join(here, "../tenor_wasm/elaborator/serialize.py")),
  python: (JSON.parse(readFileSync(join(compiled, "tenor-runtime.json"), "utf8")) as { python: string }).python,
  bridge: packageVersion(join(here, "../web/package.json")),
  pyodide: packageVersion(join(pyodide, "package.json")),
};

/** The version of the language that the elaborator writes into bundles. */
function tenorVersion(path: string): string {
  const found = /^TENOR_VERSION = "(.+)"$/m.exec(readFileSync(path, "utf8"))?.[1];
  if (found === undefined) throw new Error(`${path} names no TENOR_VERSION`);
  return found;
}

function packageVersion(path: string): string {
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

export default defineConfig({
  // Relative addresses: the page works in any folder of any static host.
  base: "./",
  define: { __WHEEL__: JSON.stringify(basename(wheel)), __VERSIONS__: JSON.stringify(VERSIONS) },
  resolve: { alias: { "tenor-wasm": bridge } },
  worker: { format: "es" },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: false },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [runtimeFiles(), serviceWorker()],
});
