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

test("an older call that fails by itself is out of date all the same", async () => {
  const ask = latest(async (_signal, text) => {
    if (text === "bad") throw new Error("its own");
    return text;
  });
  const older = ask("bad");
  assert.equal(await ask("good"), "good");
  await assert.rejects(older, { name: "AbortError" });
  await assert.rejects(ask("bad"), { message: "its own" });
});

test("calls one after the other are all answered", async () => {
  const ask = latest(async (_signal, number) => number + 1);
  assert.deepEqual([await ask(1), await ask(2)], [2, 3]);
});
