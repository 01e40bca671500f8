import assert from "node:assert/strict";
import { test } from "node:test";
import { latest } from "../dist/latest.js";

test("only the newest call is answered, even if an older one was done first", async () => {
  const started = [];
  const ask = latest(async (signal, text) => {
    started.push([text, signal]);
    return text.toUpperCase();
  });
  const older = ask("a");
  const newer = ask("b");
  await assert.rejects(older, { name: "AbortError" });
  assert.equal(await newer, "B");
  assert.deepEqual(started.map(([text, { aborted }]) => [text, aborted]), [["a", true], ["b", false]]);
});

test("calls one after the other are all answered", async () => {
  const ask = latest(async (_signal, number) => number + 1);
  assert.deepEqual([await ask(1), await ask(2)], [2, 3]);
});
