import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { PROTOCOL_VERSION } from "../dist/protocol.js";
import { Server } from "../dist/serve.js";
import { VERSION } from "../dist/version.js";
import { OPTIONS, turns } from "./fake_worker.mjs";

function runtime(wheel, dispatch = (method, params) => `${method} ${params}`) {
  return {
    dispatch: (method, params) => (method === "version" ? JSON.stringify({ ok: { version: wheel } }) : dispatch(method, params)),
    dispose() {},
  };
}

async function served(started) {
  const said = [];
  const server = new Server((message) => said.push(message), started);
  server.receive({ protocol: PROTOCOL_VERSION, kind: "start", options: OPTIONS });
  await turns();
  return { server, said };
}

test("a runtime is started, then calls are answered", async () => {
  const { server, said } = await served(async () => runtime(VERSION));
  server.receive({ protocol: PROTOCOL_VERSION, kind: "call", id: 7, method: "evaluate", params: "{}" });
  assert.deepEqual(said, [
    { protocol: PROTOCOL_VERSION, kind: "alive", locked: false },
    { protocol: PROTOCOL_VERSION, kind: "started", wheel: VERSION },
    { protocol: PROTOCOL_VERSION, kind: "answer", id: 7, answer: "evaluate {}" },
  ]);
});

test("a wheel of another release is refused", async () => {
  const { said } = await served(async () => runtime("0.0.9"));
  assert.equal(said.at(-1).kind, "failed");
  assert.equal(said.at(-1).error.code, "version_mismatch");
  assert.deepEqual([said.at(-1).error.details.package, said.at(-1).error.details.wheel], [VERSION, "0.0.9"]);
});

test("a start that fails is told with its reason", async () => {
  const { said } = await served(() => Promise.reject(new Error("no memory")));
  assert.deepEqual([said.at(-1).kind, said.at(-1).error.code], ["failed", "runtime_start_failed"]);
});

test("a runtime that throws is told as a fault of that call", async () => {
  const { server, said } = await served(async () =>
    runtime(VERSION, () => {
      throw new RangeError("Maximum call stack size exceeded");
    }),
  );
  server.receive({ protocol: PROTOCOL_VERSION, kind: "call", id: 1, method: "evaluate", params: "{}" });
  assert.deepEqual([said.at(-1).kind, said.at(-1).id, said.at(-1).error.code], ["fault", 1, "runtime_stopped"]);
});

test("a page of another release is refused", () => {
  const said = [];
  new Server((message) => said.push(message), async () => runtime(VERSION)).receive({ protocol: 1, kind: "start", options: OPTIONS });
  assert.equal(said[0].error.code, "protocol_mismatch");
});

test("the version in the code is the package's", async () => {
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  assert.equal(VERSION, version);
});
