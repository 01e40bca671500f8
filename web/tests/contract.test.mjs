import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../dist/calls.js";
import { Contract } from "../dist/contract.js";
import { hatchery, ObligingWorker, OPTIONS } from "./fake_worker.mjs";

const CHAIN = '{"format":"tenor-provenance/1","inputs":{"facts":{"count":100000000000000000007}}}';
const ANSWER = `{"ok":{"outcome":"success","provenance":${CHAIN}}}`;

/** A contract whose worker answers runs with a chain, and notes the parameters of all else as they came. */
async function loaded() {
  const asked = [];
  class Worker extends ObligingWorker {
    serve(message) {
      if (message.method === "load") return super.serve(message);
      asked.push(message.params);
      this.answer(message.id, message.method === "simulate_flow" ? ANSWER : '{"ok":{}}');
    }
  }
  const client = await Client.start(hatchery(Worker).spawn, OPTIONS);
  return { contract: await Contract.load(client, '{"bundle":{}}'), asked };
}

/** What was asked last, without the handle. */
const last = (asked) => asked.at(-1).replace('"contract":0,', "");

test("a chain with numbers that JavaScript cannot hold is verified digit by digit", async () => {
  const { contract, asked } = await loaded();
  const run = await contract.simulateFlow({ flow: "f", persona: "p", facts: {}, provenance: true });
  for (const given of [run, run.provenance, ANSWER]) {
    await contract.verify(given);
    assert.equal(last(asked), `{"chain":${ANSWER}}`);
  }
});

test("a chain that was altered is verified as it is", async () => {
  const { contract, asked } = await loaded();
  const { provenance } = await contract.simulateFlow({ flow: "f", persona: "p", facts: {}, provenance: true });
  provenance.inputs.facts.count = 1;
  await contract.verify(provenance);
  assert.equal(last(asked), `{"chain":${CHAIN.replace("100000000000000000007", "1")}}`);
});

test("a call that is given nothing is asked all the same: Python says what is missing", async () => {
  const { contract, asked } = await loaded();
  for (const method of ["evaluate", "actionSpace", "evaluateBatch", "simulateFlow", "explain", "verify", "runScenarios"]) {
    await contract[method]();
    assert.equal(last(asked), '{"contract":0}', method);
  }
  await contract.diff();
  assert.equal(last(asked), '{"a":{},"b":{}}');
});
