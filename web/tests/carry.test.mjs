import assert from "node:assert/strict";
import { test } from "node:test";
import { Carry } from "../dist/carry.js";

const LEAST = 64;

/** Python's side: notes how each value came, and answers by the window where it was asked by it. */
function crossing({ answer = (given) => given.join("|") } = {}) {
  const came = [];
  const windows = [];
  let content = new Uint8Array(0);
  let held = 0;
  const roomy = (size) => {
    if (content.length < size) content = new Uint8Array(Math.max(size, LEAST));
    return content;
  };
  /** What was released is gone, as in Pyodide. */
  const buffer = (seen) => {
    let released = false;
    const alive = () => assert.equal(released, false, "the buffer was released already");
    return { get data() { return alive(), seen; }, release: () => (alive(), (released = true), held--) };
  };
  const python = {
    window(size) {
      windows.push(size);
      if (size === 0) content = new Uint8Array(0);
      else roomy(size);
      held++;
      return { getBuffer: () => (held++, buffer(content)), destroy: () => held-- };
    },
    carried(callable, marks, ...values) {
      came.push(values.map((value, place) => (marks & (1 << place) ? "window" : typeof value)).join(" "));
      let begin = 0;
      const given = values.map((value, place) => {
        if (!(marks & (1 << place))) return value;
        return new TextDecoder().decode(content.subarray(begin, (begin += value)));
      });
      const told = callable(...given);
      if (typeof told !== "string" || !/^[\x00-\x7f]*$/.test(told)) return told;
      roomy(told.length).set(new TextEncoder().encode(told));
      return told.length;
    },
  };
  const carry = new Carry(python);
  /** Python gets more memory: what was seen of it is seen no more. */
  const moved = () => {
    const before = content;
    content = before.slice();
    structuredClone(before.buffer, { transfer: [before.buffer] });
  };
  return { call: carry.for((...given) => answer(given)), carry, python, came, windows, moved, held: () => held };
}

const LONG = `"${"x".repeat(30_000)}"`;

test("short texts go as they are", () => {
  const { call, came, windows } = crossing();
  assert.equal(call(1, "{}", undefined), "1|{}|");
  assert.deepEqual([came, windows], [[], []]);
});

test("a long text goes by the window and its answer comes by it; the window is kept until the end", () => {
  const { call, carry, came, windows, held } = crossing();
  for (const number of [7, 8]) assert.ok(call(number, "{}", LONG) === `${number}|{}|${LONG}`);
  assert.deepEqual(came, ["number string window", "number string window"]);
  assert.deepEqual(windows, [LONG.length, LONG.length + 5]);
  assert.equal(held(), 1);
  carry.dispose();
  assert.equal(held(), 0);
});

test("long texts follow each other in the window", () => {
  const { call, came } = crossing();
  const other = LONG.replaceAll("x", "y");
  const third = LONG.replaceAll("x", "w");
  assert.ok(call(LONG, 3, other, "z", third) === `${LONG}|3|${other}|z|${third}`);
  assert.deepEqual(came, ["window number window string window"]);
});

test("a text goes by the window from where that is sooner", () => {
  const { call, came } = crossing();
  call("x".repeat(999));
  call("x".repeat(1_000));
  assert.deepEqual(came, ["window"]);
});

test("the window is looked for again where Python's memory has moved, before a call or in it", () => {
  const { call, windows, moved } = crossing({ answer: ([text]) => (text.endsWith("!") && moved(), text) });
  assert.ok(call(LONG) === LONG);
  moved();
  assert.ok(call(LONG) === LONG);
  assert.ok(call(`${LONG}!`) === `${LONG}!`);
  assert.equal(windows.length, 4);
});

test("a very large window is given up after the call, and the next call has one of its own", () => {
  const { call, windows, moved, held } = crossing({ answer: () => (moved(), "short") });
  const size = 2 ** 20 + 1;
  assert.equal(call("x".repeat(size)), "short");
  assert.deepEqual(windows, [size, 5, 0]);
  assert.equal(held(), 0);
  assert.equal(call(LONG), "short");
  assert.deepEqual(windows.slice(3), [LONG.length, 5]);
});

test("what an answer repeats comes once, and is put where it belongs", () => {
  const parts = ["[\u00001\u0000,\u00002\u0000,\u00001\u0000]", '"first"', "2"];
  const packed = `${parts.map(({ length }) => length).join(",")}\n${parts.join("")}`;
  const { python } = crossing({});
  const carry = new Carry({ ...python, carried: (callable, ...given) => -python.carried(callable, ...given) });
  assert.equal(carry.for(() => packed)(LONG), '["first",2,"first"]');
});

for (const [what, part] of [
  ["beyond ASCII", "é"],
  ["with half of a surrogate pair, which bytes could not tell", "\ud800"],
]) {
  test(`a long text ${what} goes as text`, () => {
    const { call, came } = crossing();
    assert.ok(call(LONG + part, LONG) === `${LONG + part}|${LONG}`);
    assert.deepEqual(came, ["string window"]);
  });
}

test("a text whose last sign has no room in the window goes as text, and whole", () => {
  const { call, came } = crossing();
  const text = `${"x".repeat(2 ** 20)}é`;
  assert.ok(call(text) === text);
  assert.deepEqual(came, ["string"]);
});

test("a caller's own bytes are not taken for ours", () => {
  const { call, came } = crossing();
  assert.ok(call(new Uint8Array([1, 2]), LONG) === `1,2|${LONG}`);
  assert.deepEqual(came, []);
});

test("more values than have marks go as they are", () => {
  const { call, came } = crossing();
  assert.ok(call(...Array(8).fill(1), LONG) === `${"1|".repeat(8)}${LONG}`);
  assert.deepEqual(came, []);
});

test("an answer of nothing stays nothing", () => {
  assert.equal(crossing({ answer: () => undefined }).call(LONG), undefined);
});
