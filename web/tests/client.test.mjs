import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkerClient } from "../dist/client.js";
import { TenorError } from "../dist/errors.js";
import { createTenor } from "../dist/index.js";
import { PROTOCOL_VERSION } from "../dist/protocol.js";

const OPTIONS = { indexURL: "x/", wheelURL: "x.whl", timeouts: { download: 1, start: 1, install: 1 } };

/** Stands in for a worker: records what it is sent; the test says what it answers. */
class FakeWorker {
  sent = [];
  terminated = false;
  postMessage(message) {
    this.sent.push(message);
  }
  terminate() {
    this.terminated = true;
  }
  say(message) {
    this.onmessage({ data: { protocol: PROTOCOL_VERSION, ...message } });
  }
}

async function started() {
  const worker = new FakeWorker();
  const starting = WorkerClient.start(worker, OPTIONS);
  worker.say({ kind: "started" });
  return { worker, client: await starting };
}

test("answers find their calls whatever their order", async () => {
  const { worker, client } = await started();
  const first = client.call("evaluate", "1");
  const second = client.call("evaluate", "2");
  const [one, two] = worker.sent.slice(1);
  worker.say({ kind: "answer", id: two.id, answer: "two" });
  worker.say({ kind: "answer", id: one.id, answer: "one" });
  assert.deepEqual(await Promise.all([first, second]), ["one", "two"]);
});

test("progress is told until the runtime has started", async () => {
  const worker = new FakeWorker();
  const seen = [];
  const starting = WorkerClient.start(worker, OPTIONS, { onProgress: (progress) => seen.push(progress.stage) });
  worker.say({ kind: "progress", progress: { stage: "download", loaded: 1, total: 2 } });
  worker.say({ kind: "progress", progress: { stage: "start", loaded: 2, total: 2 } });
  worker.say({ kind: "started" });
  await starting;
  assert.deepEqual(seen, ["download", "start"]);
});

test("a start that fails rejects with the worker's error and ends the worker", async () => {
  const worker = new FakeWorker();
  const starting = WorkerClient.start(worker, OPTIONS);
  worker.say({ kind: "failed", error: { code: "runtime_download_failed", message: "m", path: "", details: { file: "f" } } });
  await assert.rejects(starting, (error) => error instanceof TenorError && error.details.file === "f");
  assert.equal(worker.terminated, true);
});

test("an aborted start rejects with AbortError and ends the worker", async () => {
  const worker = new FakeWorker();
  const controller = new AbortController();
  const starting = WorkerClient.start(worker, OPTIONS, { signal: controller.signal });
  controller.abort();
  await assert.rejects(starting, { name: "AbortError" });
  assert.equal(worker.terminated, true);
});

test("a worker that dies rejects the calls that wait and all later ones", async () => {
  const { worker, client } = await started();
  const waiting = client.call("evaluate", "1");
  worker.onerror({ message: "out of memory" });
  await assert.rejects(waiting, { code: "runtime_stopped" });
  await assert.rejects(client.call("evaluate", "2"), { code: "runtime_stopped" });
});

test("a fault in one call leaves the others alone", async () => {
  const { worker, client } = await started();
  const first = client.call("evaluate", "1");
  const second = client.call("evaluate", "2");
  worker.say({ kind: "fault", id: 1, error: { code: "runtime_stopped", message: "m", path: "", details: {} } });
  worker.say({ kind: "answer", id: 2, answer: "two" });
  await assert.rejects(first, { code: "runtime_stopped" });
  assert.equal(await second, "two");
});

test("after dispose a call is refused", async () => {
  const { client } = await started();
  await client.dispose();
  await assert.rejects(client.call("version", "{}"), { code: "disposed" });
});

test("a host without workers is told what to do", async () => {
  await assert.rejects(createTenor({ indexURL: "x", wheelURL: "y.whl" }), { code: "runtime_unsupported" });
});
