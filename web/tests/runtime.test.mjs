import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTenor } from "../dist/index.js";

// Each case spoils one file; the others are Pyodide's own. The wheel is never reached.
const PYODIDE = fileURLToPath(new URL("../node_modules/pyodide/", import.meta.url));
const FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenor-"));
});
after(() => rm(folder, { recursive: true }));

async function start(name, spoil) {
  const indexURL = await mkdtemp(join(folder, "index-"));
  for (const file of FILES) {
    if (file !== name) await symlink(join(PYODIDE, file), join(indexURL, file));
  }
  await spoil?.(join(indexURL, name));
  await writeFile(join(indexURL, "x.whl"), "PK\u0003\u0004");
  return createTenor({ runtime: "main", indexURL, wheelURL: join(indexURL, "x.whl") });
}

function names(file) {
  return (error) => {
    assert.equal(error.code, "runtime_download_failed");
    assert.equal(error.details.file, file);
    assert.equal(error.details.stage, "download");
    assert.ok(error.details.remedy);
    assert.ok(error.message.includes(`\`${file}\``), error.message);
    return true;
  };
}

for (const file of FILES.slice(2)) {
  test(`${file}: missing`, () => assert.rejects(start(file), names(file)));
  test(`${file}: an error page`, () =>
    assert.rejects(start(file, (path) => writeFile(path, "<!doctype html><title>Not found</title>")), names(file)));
}

for (const file of ["pyodide.asm.wasm", "python_stdlib.zip"]) {
  test(`${file}: cut short`, () =>
    assert.rejects(
      start(file, async (path) => writeFile(path, (await readFile(join(PYODIDE, file))).subarray(0, 100_000))),
      names(file),
    ));
}

test("pyodide.mjs: missing", () => assert.rejects(start("pyodide.mjs"), names("pyodide.mjs")));
