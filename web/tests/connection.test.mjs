import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../dist/connection.js";
import { TenorError } from "../dist/errors.js";
import { PROTOCOL_VERSION } from "../dist/protocol.js";
import { FakeWorker, OPTIONS, turns } from "./fake_worker.mjs";

function starting(hooks = {}) {
  const worker = new FakeWorker();
  return { worker, started: Connection.start(() => worker, OPTIONS, hooks) };
}

test("progress is told until the runtime has started", async () => {
  const seen = [];
  const { worker, started } = starting({ onProgress: ({ stage }) => seen.push(stage) });
  await turns();
  worker.say({ kind: "alive", locked: false });
  worker.say({ kind: "progress", progress: { stage: "download", loaded: 1, total: 2 } });
  worker.say({ kind: "progress", progress: { stage: "start", loaded: 2, total: 2 } });
  worker.say({ kind: "started", wheel: "0.1.0" });
  assert.equal((await started).wheel, "0.1.0");
  assert.deepEqual(seen, ["download", "start"]);
});

test("progress never goes back: a file that is found late holds the share where it was", async () => {
  const shares = [];
  const { worker, started } = starting({ onProgress: ({ loaded, total }) => shares.push(loaded / total) });
  await turns();
  worker.say({ kind: "alive", locked: false });
  for (const [loaded, total] of [[1, 2], [2, 10], [4, 10], [6, 10], [10, 10]]) {
    worker.say({ kind: "progress", progress: { stage: "download", loaded, total } });
  }
  worker.say({ kind: "progress", progress: { stage: "start", loaded: 10, total: 10 } });
  worker.say({ kind: "started", wheel: "0.1.0" });
  await started;
  assert.deepEqual(shares, [0.5, 0.6, 1, 1]);
});

test("a start that fails rejects with the worker's error and ends the worker", async () => {
  const { worker, started } = starting();
  await turns();
  worker.say({ kind: "failed", error: { code: "runtime_download_failed", message: "m", path: "", details: { file: "f" } } });
  await assert.rejects(started, (error) => error instanceof TenorError && error.details.file === "f");
  assert.equal(worker.terminated, true);
});

test("a worker whose script cannot be loaded rejects the start with the script's address and what to do", async () => {
  const { worker, started } = starting();
  worker.script = () => "https://a.example/worker.js";
  await turns();
  worker.onerror({});
  await assert.rejects(started, ({ code, message, details }) => {
    assert.deepEqual([code, details.url, details.stage], ["runtime_download_failed", "https://a.example/worker.js", "download"]);
    for (const part of [details.url, "workerURL", "worker-src"]) assert.ok(message.includes(part), message);
    return true;
  });
  assert.equal(worker.terminated, true);
});

test("a worker that spoke and then fails has stopped", async () => {
  const { worker, started } = starting();
  await turns();
  worker.say({ kind: "alive", locked: false });
  worker.onerror({ message: "out of memory" });
  await assert.rejects(started, { code: "runtime_stopped", message: /out of memory/ });
});

test("an aborted start rejects with AbortError and ends the worker", async () => {
  const controller = new AbortController();
  const { worker, started } = starting({ signal: controller.signal });
  await turns();
  controller.abort();
  await assert.rejects(started, { name: "AbortError" });
  assert.equal(worker.terminated, true);
});

test("a worker of another release is refused", async () => {
  const { worker, started } = starting();
  await turns();
  worker.onmessage({ data: { protocol: PROTOCOL_VERSION + 1, kind: "started", wheel: "9" } });
  await assert.rejects(started, { code: "protocol_mismatch", details: { expected: PROTOCOL_VERSION, found: PROTOCOL_VERSION + 1 } });
});
