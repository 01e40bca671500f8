import assert from "node:assert/strict";
import { test } from "node:test";
import { abortError, asTenorError, TenorError } from "../dist/errors.js";

test("a TenorError is an Error with code, path and details, and survives JSON", () => {
  const shape = { code: "missing_fact", message: "m", path: "/facts/a", details: { fact: "a" } };
  const error = TenorError.fromShape(shape);
  assert.ok(error instanceof Error);
  assert.equal(error.name, "TenorError");
  assert.deepEqual(JSON.parse(JSON.stringify(error)), shape);
  assert.deepEqual(error.related, []);
});

test("every finding is a related TenorError", () => {
  const findings = [
    { code: "missing_fact", message: "one", path: "/facts/a" },
    { code: "type_mismatch", message: "two", path: "/facts/b" },
  ];
  const { related } = new TenorError("invalid_facts", "m", "/facts/a", { findings });
  assert.ok(related.every((error) => error instanceof TenorError));
  assert.deepEqual(related.map(({ code, message, path }) => ({ code, message, path })), findings);
});

test("every error of a source is a related TenorError with its place in details", () => {
  const errors = [{ code: "unexpected_token", message: "m", pass: 0, file: "a.tenor", line: 3, column: 5, end_column: 6 }];
  const [error] = new TenorError("invalid_source", "m", "", { errors }).related;
  assert.equal(error.code, "unexpected_token");
  assert.equal(error.path, "");
  assert.deepEqual(error.details, { pass: 0, file: "a.tenor", line: 3, column: 5, end_column: 6 });
});

test("other faults become a TenorError that keeps its cause", () => {
  const cause = new RangeError("too much");
  const error = asTenorError(cause, "runtime_stopped", "the runtime stopped");
  assert.deepEqual([error.code, error.message, error.cause], ["runtime_stopped", "the runtime stopped: too much", cause]);
  assert.equal(asTenorError(error, "x", "y"), error);
});

test("an abort is an AbortError, as fetch has it", () => {
  assert.equal(abortError().name, "AbortError");
  const { signal } = new AbortController();
  assert.equal(abortError(signal).name, "AbortError");
  assert.equal(abortError(AbortSignal.abort()).name, "AbortError");
});
