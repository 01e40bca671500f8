import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { createTenor } from "../dist/index.js";

test("importing has no side effect and needs no window, no process and no worker", async () => {
  const script = `
    const before = Reflect.ownKeys(globalThis).length;
    const { process } = globalThis;
    for (const name of ["process", "Worker", "navigator", "location"]) delete globalThis[name];
    const package_ = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
    globalThis.process = process;
    console.log(JSON.stringify({ added: Reflect.ownKeys(globalThis).length - before, exports: Object.keys(package_) }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  const { added, exports } = JSON.parse(stdout);
  assert.ok(added <= 0, `${added} globals came along`);
  assert.deepEqual(exports, ["TenorError", "VERSION", "applyChange", "createTenor", "expandActionSpace", "latest", "parseJson", "sourceErrors", "writeJson"]);
});

test("a host without workers is told what to do", async () => {
  const versions = Object.getOwnPropertyDescriptor(process, "versions");
  Object.defineProperty(process, "versions", { value: {}, configurable: true });
  try {
    await assert.rejects(createTenor({ indexURL: "x", wheelURL: "y.whl" }), { code: "runtime_unsupported", message: /main/ });
  } finally {
    Object.defineProperty(process, "versions", versions);
  }
});

test("a start whose signal was aborted before does not begin", async () => {
  const options = { indexURL: "x", wheelURL: "y.whl", signal: AbortSignal.abort() };
  await assert.rejects(createTenor(options), { name: "AbortError" });
  await assert.rejects(createTenor({ ...options, runtime: "main" }), { name: "AbortError" });
});

test("in a worker thread, too, a start that fails names the file", async () => {
  const options = { indexURL: "nowhere/", wheelURL: "nowhere/x.whl" };
  await assert.rejects(createTenor(options), (error) => error.code === "runtime_download_failed" && error.details.stage === "download");
});
