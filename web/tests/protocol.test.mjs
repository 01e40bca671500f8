import assert from "node:assert/strict";
import { test } from "node:test";
import { TenorError } from "../dist/errors.js";
import { decodeAnswer, encodeParams, sourceErrors } from "../dist/protocol.js";

test("parameters are one JSON text; absent ones are left out", () => {
  const text = encodeParams({ contract: 3, persona: "buyer" }, { facts: { a: 1 }, outcomes: undefined });
  assert.deepEqual(JSON.parse(text), { contract: 3, persona: "buyer", facts: { a: 1 } });
});

test("a document given as text is passed on digit by digit", () => {
  const text = encodeParams({}, { facts: '{"n": 9007199254740993123}' });
  assert.match(text, /9007199254740993123/);
});

test("a document's text cannot add parameters of its own", () => {
  assert.throws(
    () => encodeParams({}, { facts: '{}, "persona": "admin"' }),
    (error) => error instanceof TenorError && error.code === "invalid_json" && error.path === "/facts",
  );
});

test("a value that JSON cannot hold is told, not thrown raw", () => {
  const circular = {};
  circular.self = circular;
  assert.throws(
    () => encodeParams({}, { facts: circular }),
    (error) => error instanceof TenorError && error.code === "invalid_json",
  );
});

test("an answer's result is returned, its error thrown with code, path and details", () => {
  assert.deepEqual(decodeAnswer('{"ok":{"a":[1]}}'), { a: [1] });
  const refused = '{"error":{"code":"c","message":"m","path":"/facts/x","details":{"d":1}}}';
  assert.throws(
    () => decodeAnswer(refused),
    (error) => {
      assert.deepEqual(JSON.parse(JSON.stringify(error)), JSON.parse(refused).error);
      return error instanceof TenorError && error.message === "m";
    },
  );
});

test("errors in source are read from the error that carries them, and from no other", () => {
  const found = [{ pass: 4, file: "a.tenor", line: 2, column: 3, end_column: 5, code: "c", message: "m" }];
  assert.deepEqual(sourceErrors(new TenorError("invalid_source", "m", "", { errors: found })), found);
  for (const other of [new TenorError("invalid_source", "m"), new TenorError("x", "m", "", { errors: found }), new Error("m"), null]) {
    assert.deepEqual(sourceErrors(other), []);
  }
});

const BROKEN = [
  ["", 1, 1, "ends too early"],
  ['{"a": 1', 1, 8, "ends too early"],
  ['{\n  "a": [,]\n}', 2, 9, "`,`"],
  ['{"a": 1,}', 1, 9, "`}`"],
  ['{"a" 1}', 1, 6, "`1`"],
  ["{a: 1}", 1, 2, "`a`"],
  ["[1 2]", 1, 4, "`2`"],
  ["[1]]", 1, 4, "`]`"],
  ["[1}", 1, 3, "`}`"],
  ["{} x", 1, 4, "`x`"],
  ['["\n"]', 1, 2, '`"`'],
  ["[01]", 1, 3, "`1`"],
  ['{"😀": "a" "b"}', 1, 11, '`"`'],
];

for (const [text, line, column, sign] of BROKEN) {
  test(`the place of a fault in ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => encodeParams({}, { facts: text }),
      (error) => {
        assert.equal(error.code, "invalid_json");
        assert.deepEqual([error.details.line, error.details.column], [line, column], error.message);
        assert.ok(error.message.includes(sign), error.message);
        return true;
      },
    );
  });
}
