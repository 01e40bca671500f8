import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, TenorError } from "../dist/client.js";

/** A `fetch` that answers each request with the next answer, and notes what came. */
function flaky(...answers) {
  const came = [];
  const fetch = async (url, request) => {
    came.push({ url, ...request, body: request.body === undefined ? undefined : JSON.parse(request.body) });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer(request) : answer;
  };
  return { came, fetch };
}

const json = (status, value, headers = {}) => new Response(JSON.stringify(value), { status, headers });
const failing = (status, code, details = {}, headers = {}) => json(status, { error: { code, message: "m", path: "/p", details, help: "h" } }, headers);
const client = (server, more = {}) => createClient({ url: "http://localhost:8000/acme/", contract: "a shop", fetch: server.fetch, ...more });
const broken = () => new TypeError("fetch failed");

test("an execution is sent again, with the same request id", async () => {
  for (const first of [broken, () => failing(503, "busy"), () => failing(504, "timed_out"), () => failing(409, "conflict"), () => failing(429, "rate_limited")]) {
    const server = flaky(first(), json(200, { outcome: "success" }));
    const done = await client(server).executeFlow({ flow: "submit", persona: "clerk", facts: {} });
    assert.equal(done.outcome, "success");
    assert.equal(server.came.length, 2);
    assert.equal(server.came[0].body.request_id, server.came[1].body.request_id);
    assert.equal(server.came[0].url, "http://localhost:8000/acme/a%20shop/flows/submit/execute");
  }
});

test("what is not safe is not sent again", async () => {
  for (const first of [broken(), failing(503, "storage_failed", { committed: "unknown" }), failing(504, "timed_out")]) {
    const server = flaky(first, json(201, {}));
    await assert.rejects(client(server).createInstance({ entity: "Order", instanceId: "ord-001" }), TenorError);
    assert.equal(server.came.length, 1);
  }
  const server = flaky(failing(503, "busy", { committed: "no" }), json(201, { instance_id: "ord-001" }));
  assert.equal((await client(server).createInstance({ entity: "Order", instanceId: "ord-001" })).instance_id, "ord-001");
  const named = flaky(broken(), json(201, { instance_id: "ord-001" }));
  await client(named).createInstance({ entity: "Order", instanceId: "ord-001", requestId: "c-1" });
  assert.deepEqual(named.came.map((one) => one.body.request_id), ["c-1", "c-1"]);
  const chosen = flaky(broken(), json(201, { instance_id: "inst_1" }));
  assert.equal((await client(chosen).createInstance({ entity: "Order" })).instance_id, "inst_1");
});

test("it gives up after its attempts, and keeps the cause", async () => {
  const cause = broken();
  const server = flaky(cause, cause, cause);
  await assert.rejects(client(server, { attempts: 2 }).inspect(), (error) => error.code === "unreachable" && error.cause === cause);
  assert.equal(server.came.length, 2);
});

test("an error of the server is a TenorError with its place, its status and what helps", async () => {
  const server = flaky(failing(400, "invalid_facts", { findings: [] }));
  await assert.rejects(client(server).evaluate({ facts: {} }), (error) => {
    assert.deepEqual([error.code, error.path, error.details.status, error.details.help], ["invalid_facts", "/p", 400, "h"]);
    return error instanceof TenorError;
  });
  for (const answer of [json(200, [1]), new Response("no", { status: 200 }), new Response("no", { status: 404 })]) {
    await assert.rejects(client(flaky(answer)).inspect(), (error) => error.code === "invalid_answer");
  }
});

test("an abort ends a call, also while it waits to send again", async () => {
  const controller = new AbortController();
  const server = flaky(failing(503, "busy", {}, { "retry-after": "5" }));
  const call = client(server).inspect({ signal: controller.signal });
  setTimeout(() => controller.abort(), 5);
  await assert.rejects(call, { name: "AbortError" });
  const aborted = flaky(broken());
  await assert.rejects(client(aborted).inspect({ signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("a manifest is fetched anew only when it has changed", async () => {
  const server = flaky(
    json(200, { etag: "a" }, { etag: '"a"' }),
    (request) => new Response(null, { status: request.headers["if-none-match"] === '"a"' ? 304 : 500 }),
  );
  const shop = client(server);
  assert.equal(await shop.manifest(), await shop.manifest());
});

test("large numbers keep their digits, in and out", async () => {
  const server = flaky(new Response('{"verdicts":[12345678901234567890]}', { status: 200 }));
  const { verdicts } = await client(server).evaluate({ facts: '{"count":1}' });
  assert.equal(verdicts[0], "12345678901234567890");
  await assert.rejects(client(flaky()).evaluate({ facts: { count: 0.5 } }), TenorError);
});

test("the key goes into a header, not along with redirects or cookies", async () => {
  const server = flaky(json(200, {}));
  await client(server, { key: "tk_a_b" }).inspect();
  const [{ headers, redirect, credentials }] = server.came;
  assert.deepEqual([headers.authorization, redirect, credentials], ["Bearer tk_a_b", "error", "omit"]);
});

test("a key that no header can hold is refused", () => {
  for (const key of ["", "a b", "a\r\nx: y", "schlüssel"]) {
    assert.throws(() => createClient({ url: "http://localhost", contract: "a", key }), (error) => error.code === "invalid_key");
  }
});

test("an address that is none is refused", () => {
  for (const url of ["localhost", "ftp://localhost", "http://localhost?a=1", "http://me@localhost"]) {
    assert.throws(() => createClient({ url, contract: "a" }), (error) => error.code === "invalid_address");
  }
});

test("a name that is left out, or given at another place, is refused before anything is sent", async () => {
  const server = flaky();
  const shop = client(server);
  const calls = {
    entity: [() => shop.createInstance("Order"), () => shop.createInstance({ entity: "" }), () => shop.listInstances({ entity: "Order" }), () => shop.history()],
    instance: [() => shop.history("Order")],
    flow: [() => shop.executeFlow("submit", {}), () => shop.simulateFlow({ facts: {} })],
    id: [() => shop.chain(), () => shop.execution({ id: "x" })],
  };
  for (const [name, all] of Object.entries(calls)) {
    for (const call of all) {
      const error = await call().catch((thrown) => thrown);
      assert.deepEqual([error.code, error.path], ["missing_argument", `/${name}`]);
      assert.match(error.message, /createInstance\(\{ entity \}\)/);
    }
  }
  assert.equal(server.came.length, 0);
});
