import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Downloads, MAGIC, withTimer } from "../dist/assets.js";

const { fetch, setTimeout } = globalThis;
afterEach(() => Object.assign(globalThis, { fetch, setTimeout }));

/** Beyond this, a timer of the host fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

for (const limit of [Infinity, 2 ** 31, 1_000]) {
  test(`a time-out of ${limit} ms is kept`, async () => {
    const delays = [];
    globalThis.setTimeout = (act, delay) => (delays.push(delay), setTimeout(act, delay));
    globalThis.fetch = async () => new Response("{}");
    const downloads = new Downloads({ timeouts: { download: limit } }, undefined, undefined);
    await downloads.get({ name: "a.json", url: "https://a.example/a.json", magic: MAGIC.json });
    await withTimer(limit, Promise.resolve(), () => assert.fail("late"));
    assert.equal(delays.length > 0, limit <= LONGEST_MS);
    assert.ok(delays.every((delay) => delay === limit), String(delays));
  });
}
