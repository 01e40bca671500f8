import assert from "node:assert/strict";
import { test } from "node:test";
import { carrying } from "../dist/carry.js";

/** Python's side: says how each value came, and answers with bytes where it was asked by bytes. */
function crossing() {
  const came = [];
  let held = 0;
  const told = (values) => values.map((value) => (value instanceof Uint8Array ? "bytes" : typeof value)).join(" ");
  const carrier = (callable, ...values) => {
    came.push(told(values));
    const given = values.map((value) => (value instanceof Uint8Array ? String.fromCharCode(...value) : value));
    const answer = callable(...given);
    if (!/^[\x00-\x7f]*$/.test(answer)) return answer;
    const data = new TextEncoder().encode(`${answer.length}\n${answer}`);
    held += 2;
    return { getBuffer: () => ({ data, release: () => held-- }), destroy: () => held-- };
  };
  const call = carrying((...values) => values.join("|"), carrier);
  return { call, came, held: () => held };
}

const LONG = `"${"x".repeat(30_000)}"`;

test("short texts go as they are", () => {
  const { call, came } = crossing();
  assert.equal(call(1, "{}", undefined), "1|{}|");
  assert.deepEqual(came, []);
});

test("a long text goes as bytes, its answer comes as bytes, and nothing is kept", () => {
  const { call, came, held } = crossing();
  assert.ok(call(7, "{}", LONG) === `7|{}|${LONG}`);
  assert.deepEqual(came, ["number string bytes"]);
  assert.equal(held(), 0);
});

test("a text goes as bytes from where that is sooner", () => {
  const { call, came } = crossing();
  call("x".repeat(1_499));
  call("x".repeat(1_500));
  assert.deepEqual(came, ["bytes"]);
});

test("what an answer repeats comes once, and is put where it belongs", () => {
  const parts = ["[\u00001\u0000,\u00002\u0000,\u00001\u0000]", '"first"', "2"];
  const data = new TextEncoder().encode(`${parts.map(({ length }) => length).join(",")}\n${parts.join("")}`);
  const call = carrying(() => "", () => ({ getBuffer: () => ({ data, release: () => undefined }), destroy: () => undefined }));
  assert.equal(call(LONG), '["first",2,"first"]');
});

for (const [what, part] of [
  ["beyond ASCII", "é"],
  ["with half of a surrogate pair, which bytes could not tell", "\ud800"],
]) {
  test(`a long text ${what} goes as text`, () => {
    const { call, came } = crossing();
    assert.ok(call(LONG + part) === LONG + part);
    assert.deepEqual(came, ["string"]);
  });
}

test("a caller's own bytes are not taken for ours", () => {
  const { call, came } = crossing();
  assert.ok(call(new Uint8Array([1, 2]), LONG) === `1,2|${LONG}`);
  assert.deepEqual(came, []);
});

test("an answer of nothing stays nothing", () => {
  assert.equal(carrying(() => undefined, () => undefined)(LONG), undefined);
});
