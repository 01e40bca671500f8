import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAnswer } from "../dist/answers.js";
import { parseJson, writeJson } from "../dist/json.js";

test("integers beyond 2^53 and numbers with fraction or exponent are strings, digit by digit", () => {
  const text = '{"a":9007199254740991,"b":9007199254740992,"c":-9007199254740993123,"d":1.10,"e":1e3,"f":[0,-7]}';
  const exact = { a: 9007199254740991, b: "9007199254740992", c: "-9007199254740993123", d: "1.10", e: "1e3", f: [0, -7] };
  assert.deepEqual(parseJson(text), exact);
  assert.deepEqual(parseAnswer(text), exact);
});

test("who asks for such numbers in another form gets them in it", () => {
  const exact = { a: [{ digits: "9007199254740992" }, 1], b: { digits: "1.50" } };
  assert.deepEqual(parseJson('{"a":[9007199254740992,1],"b":1.50}', "it", (digits) => ({ digits })), exact);
  assert.deepEqual(parseAnswer('{"a":[9007199254740992,1],"b":1.50}', (digits) => ({ digits })), exact);
});

test("an answer whose strings look like large numbers is parsed alike", () => {
  const text = '{"a":"x:12345678901234567890,1.5","b":1}';
  assert.deepEqual(parseAnswer(text), JSON.parse(text));
});

test("a hash does not keep an answer from the native parser, which is the quick one and knows no limit of depth", () => {
  const around = (value) => `${"[".repeat(5000)}${value}${"]".repeat(5000)}`;
  assert.doesNotThrow(() => parseAnswer(around('{"contract_hash":"sha256:1e677cad","b":"0:7.5","c":1}')));
  assert.throws(() => parseAnswer(around('{"a" : 1.5}')), { code: "too_deep" });
});

test("the own parser agrees with the native one on everything whose numbers are safe", () => {
  const texts = [
    '"\\u00e9\\n\\\\\\"\\/😀"', "null", "true", " [ ] ", "{ }", '[[],{},[{"a":[null,false]}]]', '{"":0,"a b":"c"}', "-0", '"\\ud83d\\ude00"',
  ];
  for (const text of texts) assert.deepEqual(parseJson(text), JSON.parse(text), text);
});

test("a string may be as long as a text", () => {
  for (const text of [`"${"a".repeat(9e6)}"`, `["${"\\n".repeat(5e6)}","${"\\\\".repeat(5e6)}"]`]) {
    assert.ok(JSON.stringify(parseJson(text)) === text);
  }
});

test("a string ends at the quote that is not escaped, and nowhere else", () => {
  for (const text of ['["\\\\","\\""]', '["\\\\\\"","a"]', '{"\\"":"\\\\"}', '""', '"\\\\"']) assert.deepEqual(parseJson(text), JSON.parse(text), text);
  for (const text of ['"', '"\\"', '"\\\\\\"', '["a]', '"\\u12"', '"\\']) assert.throws(() => parseJson(text), { code: "invalid_json" }, text);
});

test("a member called __proto__ is a member, not a prototype", () => {
  const parsed = parseJson('{"__proto__":{"admin":true}}');
  assert.equal(parsed.admin, undefined);
  assert.deepEqual(Object.keys(parsed), ["__proto__"]);
});

test("what is no JSON is refused, and so is a key that occurs twice", () => {
  for (const text of ["", "01", "1 2", "[1,]", '{"a":1,}', "{a:1}", "NaN", "'a'", '"\t"', "[1}", '"\\x"', "+1", ".5", "1.", "nul"]) {
    assert.throws(() => parseJson(text), { code: "invalid_json" }, text);
  }
  assert.throws(() => parseJson('{"a":1,\n "a":2}'), { code: "duplicate_key", details: { found: 'the key "a" occurs twice', line: 2, column: 2 } });
  assert.throws(() => parseJson("[".repeat(5000)), { code: "too_deep" });
});

test("what is written is read back the same", () => {
  const value = { a: [1, -2, "é\u2028", null, true], b: { "": {}, "c/~": [] } };
  assert.deepEqual(JSON.parse(writeJson(value)), value);
});

test("a bigint is written as digits", () => {
  assert.equal(writeJson({ n: 2n ** 64n, m: -5n }), '{"n":18446744073709551616,"m":-5}');
});

/** As `lossless-json` makes them. */
class LosslessNumber {
  constructor(value) {
    this.value = value;
  }
  get [Symbol.for("lossless-json.LosslessNumber")]() {
    return true;
  }
  toString() {
    return this.value;
  }
}

test("a number of lossless-json is written as it was read, and nothing else in its place", () => {
  assert.equal(writeJson([new LosslessNumber("1.50"), new LosslessNumber("-9007199254740993"), new LosslessNumber("1e3")]), "[1.50,-9007199254740993,1e3]");
  for (const digits of ["1,2", "", "1 ", "NaN"]) assert.throws(() => writeJson({ n: new LosslessNumber(digits) }), { code: "invalid_json", path: "/n" });
});

for (const number of [1.5, 2 ** 53, -(2 ** 53), 1e21, NaN, Infinity]) {
  test(`the number ${number} is refused with its place`, () => {
    assert.throws(() => writeJson({ "a/b": [0, { price: number }] }, "/facts"), { code: "invalid_number", path: "/facts/a~1b/1/price" });
  });
}

const circular = { inner: [] };
circular.inner.push(circular);
const REFUSED = [
  ["a map", { m: new Map([[1, 2]]) }, "/m"],
  ["a set", [new Set()], "/0"],
  ["a function", { f: () => 1 }, "/f"],
  ["a symbol", { s: Symbol("s") }, "/s"],
  ["an instance whose class is hidden", { i: Object.assign(new Map(), { constructor: null }) }, "/i"],
  ["a hole", [1, , 3], "/1"],
  ["undefined in a list", [undefined], "/0"],
  ["an object that holds itself", circular, "/inner/0"],
];
for (const [what, value, path] of REFUSED) {
  test(`${what} is refused with its place`, () => assert.throws(() => writeJson(value), { code: "invalid_json", path }));
}

test("what is refused as a whole has no place", () => {
  assert.throws(() => writeJson(undefined), { code: "invalid_json", path: "", message: /^the value is nothing/ });
  assert.throws(() => writeJson(0.5), { code: "invalid_number", path: "", message: /^the number 0.5 is refused/ });
});

test("undefined members are left out, and toJSON is asked, as JSON.stringify does", () => {
  assert.equal(writeJson({ a: undefined, d: new Date(0) }), '{"d":"1970-01-01T00:00:00.000Z"}');
});

test("an object shared by two members is no circle; one without prototype is plain", () => {
  const shared = Object.assign(Object.create(null), { x: 1 });
  assert.equal(writeJson({ a: shared, b: shared }), '{"a":{"x":1},"b":{"x":1}}');
});

test("a value that is nested without end is refused", () => {
  let deep = {};
  for (let level = 0; level < 5000; level++) deep = { deep };
  assert.throws(() => writeJson(deep), { code: "too_deep" });
});
