import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { test } from "node:test";
import { Client } from "../dist/calls.js";
import { withDefaults } from "../dist/defaults.js";
import { FakeWorker, hatchery, ObligingWorker, OPTIONS, turns } from "./fake_worker.mjs";

const FAST = { callTime: 50, abortGrace: 20 };

async function started(limits = {}, Kind = ObligingWorker) {
  const { workers, spawn } = hatchery(Kind);
  const told = [];
  const client = await Client.start(spawn, OPTIONS, {}, limits, {
    restart: (reason) => told.push(`restart ${reason}`),
    restarted: (contracts) => told.push(`restarted ${contracts}`),
    restartFailed: (error) => told.push(`failed ${error.code}`),
  });
  return { client, workers, told };
}

const ok = async (answer) => JSON.parse(await answer).ok;

test("a thousand queued calls are answered in their order, none is lost, and at most two are with the worker", async () => {
  const { client, workers } = await started();
  const order = [];
  let most = 0;
  const calls = Array.from({ length: 1000 }, async (_, number) => {
    const { given } = await ok(client.call("echo", `{"number":${number}}`));
    most = Math.max(most, workers[0].open.length);
    order.push(given.number);
  });
  await Promise.all(calls);
  assert.deepEqual(order, Array.from({ length: 1000 }, (_, number) => number));
  assert.ok(most <= 2, `${most} were sent at once`);
});

test("a call that waits is taken out by its abort; the worker never hears of it", async () => {
  const { client, workers, told } = await started();
  const controller = new AbortController();
  const calls = [client.call("a", "{}"), client.call("b", "{}")];
  const aborted = client.call("c", "{}", { signal: controller.signal });
  const last = client.call("d", "{}");
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  await Promise.all([...calls, last]);
  assert.deepEqual(workers[0].sent.slice(1).map(({ method }) => method), ["a", "b", "d"]);
  assert.deepEqual(told, []);
});

test("a signal that was aborted before refuses the call", async () => {
  const { client } = await started();
  await assert.rejects(client.call("a", "{}", { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("the reason of an abort: a TimeoutError is kept, anything else becomes the cause", async () => {
  const { client } = await started();
  await assert.rejects(client.call("stuck", "{}", { signal: AbortSignal.timeout(5) }), { name: "TimeoutError" });
  const controller = new AbortController();
  const call = client.call("stuck", "{}", { signal: controller.signal });
  controller.abort("no longer needed");
  await assert.rejects(call, { name: "AbortError", cause: "no longer needed" });
  client.dispose();
});

test("an aborted call that ends within the grace costs no restart", async () => {
  const { client, workers, told } = await started({ abortGrace: 10_000 });
  const controller = new AbortController();
  const aborted = client.call("a", "{}", { signal: controller.signal });
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  assert.equal((await ok(client.call("b", "{}"))).method, "b");
  assert.equal(workers.length, 1);
  assert.deepEqual(told, []);
});

test("an aborted call that goes on costs the worker; what waited is answered by the next one", async () => {
  const { client, workers, told } = await started(FAST);
  const controller = new AbortController();
  const aborted = client.call("stuck", "{}", { signal: controller.signal });
  const next = client.call("b", "{}");
  const second = client.call("c", "{}");
  controller.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  assert.equal((await ok(next)).method, "b");
  assert.equal((await ok(second)).method, "c");
  assert.equal(workers[0].terminated, true);
  assert.equal(workers.length, 2);
  assert.deepEqual(told, ["restart abort", "restarted 0"]);
});

test("a runaway call rejects with TimeoutError; the budget counts its run and not its wait", async () => {
  const { client, workers, told } = await started({ callTime: 60_000 });
  const runaway = client.call("stuck", "{}", { timeBudget: 60 });
  const waiting = client.call("b", "{}", { timeBudget: 40 });
  await assert.rejects(runaway, { name: "TimeoutError" });
  assert.equal((await ok(waiting)).method, "b");
  assert.equal(workers.length, 2);
  assert.deepEqual(told, ["restart timeout", "restarted 0"]);
});

test("a new worker gets the live contracts again, under whatever handle, and not those that were freed", async () => {
  const { client, workers, told } = await started(FAST);
  const { live: first } = await client.load('{"bundle":"first"}');
  const { live: second } = await client.load('{"bundle":"second"}');
  const { live: third } = await client.load('{"bundle":"third"}');
  await client.free(first);
  await assert.rejects(client.call("stuck", "{}", {}, { contract: second }), { name: "TimeoutError" });
  assert.equal((await ok(client.call("evaluate", '{"facts":{}}', {}, { contract: third }))).bundle, "third");
  assert.equal((await ok(client.call("evaluate", "{}", {}, { contract: second }))).bundle, "second");
  assert.deepEqual([...workers[1].loaded.values()], ["second", "third"]);
  assert.deepEqual(told, ["restart timeout", "restarted 2"]);
});

test("calls made before a contract is freed are answered even if the worker is replaced in between", async () => {
  const { client } = await started(FAST);
  const { live: contract } = await client.load('{"bundle":"kept"}');
  const runaway = client.call("stuck", "{}");
  const before = client.call("evaluate", "{}", {}, { contract });
  const freed = client.free(contract);
  await assert.rejects(runaway, { name: "TimeoutError" });
  assert.equal((await ok(before)).bundle, "kept");
  await freed;
});

test("a load that was aborted while it ran leaves no contract behind", async () => {
  const { client, workers } = await started();
  const controller = new AbortController();
  const loading = client.load('{"bundle":"unwanted"}', { signal: controller.signal });
  controller.abort();
  await assert.rejects(loading, { name: "AbortError" });
  await turns();
  assert.equal(workers[0].loaded.size, 0);
});

test("after a restart the handle of a raw call does not come to mean another contract", async () => {
  const { client } = await started(FAST);
  const { handle } = await ok(client.callRaw("load", '{"bundle":"raw"}'));
  const { live: contract } = await client.load('{"bundle":"kept"}');
  await assert.rejects(client.call("stuck", "{}"), { name: "TimeoutError" });
  assert.equal((await ok(client.callRaw("evaluate", `{"contract":${handle}}`))).bundle, undefined);
  assert.equal((await ok(client.call("evaluate", "{}", {}, { contract }))).bundle, "kept");
});

test("a worker that dies is replaced; the call that ran rejects, the others go on", async () => {
  const { client, workers, told } = await started();
  const suspect = client.call("stuck", "{}");
  const next = client.call("b", "{}");
  await turns();
  workers[0].onerror({ message: "out of memory" });
  await assert.rejects(suspect, { code: "runtime_stopped", message: /out of memory/ });
  assert.equal((await ok(next)).method, "b");
  assert.deepEqual(told, ["restart crash", "restarted 0"]);
});

test("a worker that dies while idle is replaced before the next call", async () => {
  const { client, workers, told } = await started();
  workers[0].onerror({ message: "killed" });
  await turns();
  assert.deepEqual(told, ["restart crash", "restarted 0"]);
  assert.equal((await ok(client.call("b", "{}"))).method, "b");
  assert.equal(workers.length, 2);
});

test("a runtime that breaks in a call is replaced", async () => {
  const { client, workers } = await started();
  const suspect = client.call("stuck", "{}");
  await turns();
  workers[0].say({ kind: "fault", id: 1, error: { code: "runtime_stopped", message: "m", path: "", details: {} } });
  await assert.rejects(suspect, { code: "runtime_stopped" });
  assert.equal((await ok(client.call("b", "{}"))).method, "b");
  assert.equal(workers[0].terminated, true);
});

test("workers that die one after the other are not replaced for ever; the next call tries anew", async () => {
  const { client, workers, told } = await started();
  for (let death = 0; death < 4; death++) {
    workers.at(-1).onerror({ message: "killed" });
    await turns();
  }
  assert.equal(workers.length, 4);
  assert.equal(told.at(-1), "failed runtime_stopped");
  assert.equal((await ok(client.call("b", "{}"))).method, "b");
  assert.equal(workers.length, 5);
});

test("a restart that fails rejects what waits; the next call tries again", async () => {
  let failing = false;
  class Moody extends ObligingWorker {
    postMessage(message) {
      if (!failing || message.kind !== "start") return super.postMessage(message);
      setImmediate(() => this.say({ kind: "failed", error: { code: "runtime_download_failed", message: "m", path: "", details: {} } }));
    }
  }
  const { client, told } = await started(FAST, Moody);
  const { live: contract } = await client.load('{"bundle":"kept"}');
  failing = true;
  const runaway = client.call("stuck", "{}");
  const waiting = client.call("b", "{}");
  await assert.rejects(runaway, { name: "TimeoutError" });
  await assert.rejects(waiting, { code: "runtime_download_failed" });
  assert.deepEqual(told, ["restart timeout", "failed runtime_download_failed"]);
  failing = false;
  assert.equal((await ok(client.call("evaluate", "{}", {}, { contract }))).bundle, "kept");
});

test("dispose rejects what runs, what waits and what comes later, and ends the worker", async () => {
  const { client, workers } = await started();
  const calls = Array.from({ length: 10 }, () => client.call("stuck", "{}"));
  client.dispose();
  for (const call of calls) await assert.rejects(call, { code: "disposed" });
  await assert.rejects(client.call("b", "{}"), { code: "disposed" });
  assert.equal(workers[0].terminated, true);
  client.dispose();
});

test("dispose during a restart ends that too", async () => {
  const { client, workers } = await started(FAST);
  await assert.rejects(client.call("stuck", "{}"), { name: "TimeoutError" });
  const waiting = client.call("b", "{}");
  client.dispose();
  await assert.rejects(waiting, { code: "disposed" });
  await turns();
  assert.ok(workers.every(({ terminated }) => terminated));
});

test("limits: a queue that is full and parameters that are too long are refused with a code", async () => {
  const { client } = await started({ queuedCalls: 1, inputLength: 10 });
  const calls = [client.call("a", "{}"), client.call("b", "{}"), client.call("c", "{}")];
  await assert.rejects(client.call("d", "{}"), { code: "queue_full" });
  await Promise.all(calls);
  await assert.rejects(client.call("d", '{"long":"parameters"}'), { code: "input_too_large" });
});

test("limits that are undefined are left out, like those that are not there", async () => {
  assert.deepEqual(withDefaults({ a: 1, b: 2, c: 3 }, { a: undefined, b: 0 }), { a: 1, b: 0, c: 3 });
  const { client, told } = await started({ callTime: undefined, queuedCalls: undefined, inputLength: undefined, abortGrace: 20 });
  assert.equal((await ok(client.call("a", "{}"))).method, "a");
  assert.deepEqual(told, []);
});

test("however much a restart brings back, it listens to no signal for it", async () => {
  let listening = 0;
  const { addEventListener } = EventTarget.prototype;
  const { client, workers } = await started(FAST);
  const { live: contract } = await client.load('{"bundle":"kept"}');
  const { live: session } = await client.open(contract, "{}");
  for (let change = 0; change < 50; change++) await client.change(session, "set_facts", "{}");
  EventTarget.prototype.addEventListener = function (...given) {
    if (this === client.ending.signal) listening++;
    return addEventListener.apply(this, given);
  };
  try {
    await assert.rejects(client.call("stuck", "{}"), { name: "TimeoutError" });
    await client.call("a", "{}");
  } finally {
    EventTarget.prototype.addEventListener = addEventListener;
  }
  assert.equal(workers[1].sent.filter(({ method }) => method === "set_facts").length, 50);
  assert.ok(listening <= 1, `${listening} listeners`);
});

test("ten thousand calls leave nothing behind", async () => {
  const { client } = await started();
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  setMaxListeners(0, signal);
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given) => (listeners++, addEventListener.apply(signal, given));
  signal.removeEventListener = (...given) => (listeners--, removeEventListener.apply(signal, given));
  for (let batch = 0; batch < 10; batch++) {
    await Promise.all(Array.from({ length: 1000 }, () => client.call("a", "{}", { signal })));
  }
  assert.equal(listeners, 0);
  assert.equal(client.waiting.length + client.sent.length, 0);
});

test("a fake worker that says nothing keeps its calls open", async () => {
  const worker = new FakeWorker();
  const starting = Client.start(() => worker, OPTIONS);
  await turns();
  worker.say({ kind: "started", wheel: "0.1.0" });
  const client = await starting;
  const call = client.call("a", "{}");
  assert.deepEqual(worker.open.map(({ method }) => method), ["a"]);
  worker.answer(1, "done");
  assert.equal(await call, "done");
});
