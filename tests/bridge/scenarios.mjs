// What the bridge promises, played in whatever host this is imported: a browser tab or Node. Each scenario gives plain data.

/** 200^4 comparisons: minutes, whatever the machine. */
const RUNAWAY = { numbers: Array(200).fill(1) };

/** A contract with something to explain: one rule, one flow over two instances. */
const closing = (condition) => ({
  root: "closing.tenor",
  files: {
    "closing.tenor": `
      persona clerk
      fact paid { type: Bool source: "shop.paid" }
      fact weight { type: Int source: "shop.weight" default: 1 }
      entity Order { states: [open, closed] initial: open transitions: [open → closed] }
      rule closable { stratum: 0 when: ${condition} produce: verdict may_close { payload: Bool = true } }
      operation close { allowed_personas: [clerk] precondition: verdict_present(may_close) effects: [Order: open → closed] }
      flow closing {
        snapshot: at_initiation
        entry: close_it
        steps: {
          close_it: OperationStep { op: close persona: clerk outcomes: { success: Terminal(success) } on_failure: Terminate(outcome: failure) }
        }
      }`,
  },
});

/** Ids that sort, or become members, otherwise in JavaScript than in Python. */
const NAMES = ["a", "b", "o-10", "o-9", "10", "9", "__proto__", "é", "\uffff", "\u{1f682}", "\u{1f682}x"];

/** Numbers by arithmetic, the same in every host. */
function chance(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** A value as text, whatever the order of its members. */
function canonical(value) {
  return JSON.stringify(value, (_key, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))
      : part,
  );
}

/**
 * @param bridge the package's module
 * @param options for `createTenor`
 * @param bundle JSON text of tests/bridge/counting.json
 */
export function scenarios(bridge, options, bundle) {
  const start = (more = {}) => bridge.createTenor({ ...options, ...more });
  const counted = ({ verdicts }) => verdicts.find(({ type }) => type === "counted").payload.value;
  const count = async (contract, amount, callOptions) => counted(await contract.evaluate({ facts: { amount } }, callOptions));
  /** How a call ended: its result, or the error as data. */
  const ending = (promise) => promise.then((result) => ({ result }), (error) => ({ error: described(error) }));
  const described = (error) => ({
    name: error.name,
    isError: error instanceof Error,
    isTenorError: error instanceof bridge.TenorError,
    code: error.code,
    path: error.path,
    details: error.details,
    related: error.related?.map(described),
  });
  const events = (tenor) => {
    const told = [];
    tenor.addEventListener("restart", ({ detail }) => told.push(`restart ${detail.reason}`));
    tenor.addEventListener("restarted", ({ detail }) => told.push(`restarted ${detail.contracts}`));
    tenor.addEventListener("restartfailed", ({ detail }) => told.push(`failed ${detail.error.message}`));
    return told;
  };
  const using = async (more, play) => {
    const tenor = await start(more);
    try {
      return await play(tenor, await tenor.load(bundle), events(tenor));
    } finally {
      await tenor.dispose();
    }
  };
  let common;
  /** Starting takes long: scenarios that leave their instance as it was share one. */
  const sharing = async (play) => {
    const tenor = await (common ??= start());
    return play(tenor, await tenor.load(bundle), events(tenor));
  };

  return {
    /** Every call of the handle and of the instance, once. */
    everyCall: () =>
      sharing(async (tenor, contract) => {
        const inputs = { facts: '{"amount": 7}', entityStates: {}, persona: "clerk" };
        const source = { files: { "a.tenor": 'persona  clerk\n' }, root: "a.tenor" };
        const fromSource = await tenor.load(source);
        const answer = {
          version: [tenor.version, bridge.VERSION],
          evaluate: await contract.evaluate({ facts: { amount: 7 } }),
          actionSpace: await contract.actionSpace(inputs),
          flow: await ending(contract.simulateFlow({ ...inputs, flow: "none", instanceBindings: "", outcomes: null })),
          inspect: await contract.inspect(),
          elaborated: await tenor.elaborate(source.files, source.root),
          fromSource: [fromSource.id, fromSource.hash.length],
          formatted: await ending(tenor.format(source.files["a.tenor"])),
          raw: await tenor.call("version", "{}"),
        };
        await contract[Symbol.asyncDispose]();
        return { ...answer, freed: contract.freed, afterFree: await ending(contract.inspect()) };
      }),

    /** Many fact sets in one call, one of them refused, and the action spaces of many personas over the same states. */
    batch: () =>
      sharing(async (tenor) => {
        const contract = await tenor.load(closing("paid = true"));
        const input = { entityStates: { Order: { "o-1": "open" } }, personas: ["clerk", "nobody"] };
        return {
          values: await contract.evaluateBatch({ ...input, factSets: [{ paid: true }, { paid: 1 }, { paid: false }] }),
          text: await contract.evaluateBatch({ factSets: '[{"paid": true}]' }),
          single: await contract.evaluate({ facts: { paid: true } }),
          spaces: [
            await contract.actionSpace({ facts: { paid: true }, entityStates: input.entityStates, persona: "clerk" }),
            await contract.actionSpace({ facts: { paid: true }, entityStates: input.entityStates, persona: "nobody" }),
          ],
        };
      }),

    /** Why something is as it is, what a recorded run proves, what differs between two evaluations, and expectations. */
    reasons: () =>
      sharing(async (tenor) => {
        const contract = await tenor.load(closing("paid = true"));
        const reversed = await tenor.load(closing("paid = false"));
        const freed = await tenor.load(closing("paid = true"));
        await freed.free();
        const paid = { facts: { paid: true }, entityStates: { Order: { "o-1": "open", "o-2": "open" } }, persona: "clerk" };
        const unpaid = { ...paid, facts: '{"paid": false}' };
        const bound = { instanceBindings: { Order: "o-2" } };
        const run = await contract.simulateFlow({ ...paid, ...bound, flow: "closing", provenance: true });
        const heavy = await tenor.load(closing("paid = true and weight > 0"));
        const heavyFacts = '{"paid":true,"weight":100000000000000000007}';
        const heavyRun = await heavy.simulateFlow({ ...paid, ...bound, facts: heavyFacts, flow: "closing", provenance: true });
        const { ok: loaded } = JSON.parse(await tenor.call("load", JSON.stringify(closing("paid = true and weight > 0"))));
        const asked = { contract: loaded.handle, flow: "closing", persona: "clerk", entity_states: paid.entityStates, instance_bindings: bound.instanceBindings, provenance: true };
        const heavyAnswer = await tenor.call("simulate_flow", `${JSON.stringify(asked).slice(0, -1)},"facts":${heavyFacts}}`);
        const scenario = { title: "paid", facts: paid.facts, entity_states: paid.entityStates, persona: "clerk", flow: "closing", instance_bindings: { Order: "o-1" } };
        return {
          hash: contract.hash,
          verdict: await contract.explain({ facts: { paid: true }, target: { verdict: "may_close" } }),
          action: await contract.explain({ ...unpaid, ...bound, target: { action: "closing" } }),
          untried: await contract.explain({ ...unpaid, ...bound, target: { action: "closing" }, limit: 0 }),
          step: await contract.explain({ ...paid, ...bound, target: { flow: "closing", step: "close_it" } }),
          run,
          verified: await contract.verify(run.provenance),
          altered: await contract.verify(JSON.stringify(run.provenance).replaceAll('"closed"', '"open"')),
          exact: [await heavy.verify(heavyRun), await heavy.verify(heavyRun.provenance), await heavy.verify(heavyAnswer)],
          difference: await contract.diff({ a: { ...paid, ...bound }, b: { ...unpaid, ...bound }, flow: "closing" }),
          contracts: await contract.diff({ a: paid, b: paid, otherContract: reversed }),
          scenarios: await contract.runScenarios({ scenarios: [{ ...scenario, expect: { outcome: "failure" } }] }),
          unsafe: await ending(contract.diff({ a: paid, b: { ...paid, facts: { paid: 2 ** 53 } } })),
          unknown: await ending(contract.explain({ ...paid, target: { verdict: "none" } })),
          ofFreed: await ending(contract.diff({ a: paid, b: paid, otherContract: freed })),
        };
      }),

    /** A session is followed by its changes, and is at every moment what a fresh call is. */
    session: () =>
      sharing(async (tenor) => {
        const contract = await tenor.load(closing("paid = true"));
        const states = new Map([["b", "open"], ["a", "closed"]]);
        const inputs = { facts: { paid: true }, persona: "clerk" };
        const fresh = () => contract.actionSpace({ ...inputs, entityStates: { Order: Object.fromEntries(states) } });
        const session = await contract.openSession({ ...inputs, entityStates: { Order: Object.fromEntries(states) } });
        const first = await session.changes();
        let held = first;
        const below = chance(5);
        const different = [];
        let refused = 0;
        for (let turn = 0; turn < 80; turn++) {
          const id = NAMES[below(NAMES.length)];
          const step = below(10);
          const change = async () => {
            if (step < 4) await session.transition("Order", id, "closed").then(() => states.set(id, "closed"));
            else if (step < 7) await session.addInstance("Order", id).then(() => states.set(id, "open"));
            else if (step < 8) await session.removeInstance("Order", id).then(() => states.delete(id));
            else if (step < 9) await session.setFacts((inputs.facts = { paid: below(2) === 1 }));
            else await session.setPersona((inputs.persona = ["clerk", "stranger"][below(2)]));
          };
          await change().catch((error) => (error instanceof bridge.TenorError ? refused++ : Promise.reject(error)));
          held = bridge.applyChange(held, await session.changes(held.revision));
          const { revision, ...full } = await session.actionSpace();
          const same = [bridge.expandActionSpace(held), { ...full, revision }].map(canonical);
          const alike = [full, await fresh()].map(canonical);
          if (same[0] !== same[1] || alike[0] !== alike[1] || revision !== session.revision) different.push([turn, same, alike]);
        }
        await session.setFacts('{"paid": true}');
        await session.setPersona("clerk");
        for (const id of states.keys()) await session.removeInstance("Order", id);
        await session.addInstance("Order", "o-1");
        const run = await session.simulateFlow({ flow: "closing", instanceBindings: { Order: "o-1" } });
        const applied = await session.apply(run);
        const again = await ending(session.apply(run));
        const verdicts = (await session.evaluate()).verdicts.map(({ type }) => type);
        const counts = await session.actionSpace({ form: "counts" });
        await contract.free();
        const withoutContract = await session.addInstance("Order", "o-2");
        const answer = {
          different,
          refused,
          warnings: session.warnings,
          caughtUp: canonical(bridge.applyChange(first, await session.changes(first.revision))) === canonical(await session.changes()),
          wrongBase: await ending((async () => bridge.applyChange(first, await session.changes(held.revision)))()),
          advanced: [applied - session.revision, withoutContract - session.revision],
          again,
          verdicts,
          counts: counts.blocked_actions[0].blocked_counts,
          future: await ending(session.changes(session.revision + 1)),
          unopened: await ending(contract.openSession({ facts: {}, persona: "clerk" })),
        };
        await session[Symbol.asyncDispose]();
        return { ...answer, freed: session.freed, afterFree: [await ending(session.evaluate()), await ending(session.setPersona("x"))] };
      }),

    /** Large integers, in and out, by text and by value. */
    numbers: () =>
      sharing(async (_tenor, contract) => ({
        byText: counted(await contract.evaluate({ facts: '{"amount": 9007199254740993}' })),
        byBigint: counted(await contract.evaluate({ facts: { amount: 2n ** 64n } })),
        small: counted(await contract.evaluate({ facts: { amount: 2 ** 53 - 1 } })),
        unsafe: await ending(contract.evaluate({ facts: { amount: 2 ** 53 } })),
        fraction: await ending(contract.evaluate({ facts: { amount: 0.5 } })),
        fractionText: await ending(contract.evaluate({ facts: '{"amount": 0.5}' })),
      })),

    /** Refusals of every kind, each as data. */
    refusals: () =>
      sharing(async (tenor, contract) => ({
        contract: await ending(tenor.load({ id: "x", kind: "Bundle", tenor_version: "1.0.0", constructs: [{ kind: "Persona" }, {}] })),
        facts: await ending(contract.evaluate({ facts: { amount: "seven", numbers: 1 } })),
        json: await ending(contract.evaluate({ facts: '{\n "amount": }' })),
        source: await ending(tenor.load({ files: { "a.tenor": "fact {\n" }, root: "a.tenor" })),
        persona: await ending(contract.actionSpace({ facts: {}, persona: 7 })),
        twice: await ending(contract.evaluate({ facts: '{"amount":1,"amount":2}' })),
        nothing: await ending(contract.evaluate()),
      })),

    /** A thousand calls at once, and every answer in its turn. */
    queue: () =>
      sharing(async (_tenor, contract) => {
        const order = [];
        const calls = Array.from({ length: 1000 }, async (_, number) => order.push(await count(contract, number)));
        await Promise.all(calls);
        return { length: order.length, inOrder: order.every((number, index) => number === index) };
      }),

    /** An abort of what waits is free. */
    abortWaiting: () =>
      sharing(async (_tenor, contract, told) => {
        const controller = new AbortController();
        const first = count(contract, 1);
        const second = count(contract, 2);
        const third = ending(count(contract, 3, { signal: controller.signal }));
        controller.abort();
        return { aborted: await third, others: [await first, await second], told };
      }),

    /** An abort of what runs ends the worker; every contract is as good as before. */
    abortRunning: () =>
      using({ limits: { abortGrace: 50 } }, async (tenor, contract, told) => {
        const other = await tenor.load(bundle);
        const freed = await tenor.load(bundle);
        await freed.free();
        const controller = new AbortController();
        const runaway = ending(contract.evaluate({ facts: RUNAWAY }, { signal: controller.signal }));
        const waiting = [count(contract, 1), count(other, 2), count(contract, 3)];
        setTimeout(() => controller.abort(), 100);
        return { runaway: await runaway, waiting: await Promise.all(waiting), later: await count(other, 4), told };
      }),

    /** Sessions are in a new worker what they were in the last: by their changes, by their inputs, without their contract. */
    sessionRestart: () =>
      using({ limits: { abortGrace: 50 } }, async (tenor, contract, told) => {
        const other = await tenor.load(closing("paid = true"));
        const facts = { paid: true };
        const short = await other.openSession({ facts, entityStates: { Order: { "o-1": "open", "o-2": "open" } }, persona: "clerk" });
        const long = await other.openSession({ facts, entityStates: { Order: { "o-1": "open" } }, persona: "clerk" });
        const freed = await other.openSession({ facts, persona: "clerk" });
        await Promise.all([freed.free(), other.free()]);
        const end = async () => {
          const controller = new AbortController();
          const runaway = ending(contract.evaluate({ facts: RUNAWAY }, { signal: controller.signal }));
          const waiting = short.addInstance("Order", `late-${short.revision}`);
          setTimeout(() => controller.abort(), 100);
          return [(await runaway).error.name, await waiting];
        };
        await short.transition("Order", "o-1", "closed");
        await ending(short.transition("Order", "o-1", "open"));
        const held = await short.changes();
        const filler = "x".repeat(30_000);
        for (let turn = 0; turn < 4; turn++) await long.setFacts({ paid: turn % 2 === 0, filler: `${filler}${turn}` });
        await long.transition("Order", "o-1", "closed");
        const before = [await short.actionSpace(), await long.actionSpace(), await long.evaluate()];
        const first = await end();
        const after = [bridge.expandActionSpace(held), await long.actionSpace(), await long.evaluate()];
        const caughtUp = bridge.applyChange(held, await short.changes(held.revision));
        await long.removeInstance("Order", "o-1");
        const second = await end();
        return {
          told,
          ended: [first, second],
          same: before.map((answer, index) => canonical(answer) === canonical(after[index])),
          caughtUp: caughtUp.instances,
          now: (await short.changes()).instances,
          long: [(await long.changes()).instances, long.revision],
          fromBefore: (await long.changes(0)).form,
          freed: await ending(freed.evaluate()),
        };
      }),

    /** A call that exceeds its budget, the call's own or the instance's, ends the worker too. */
    runaway: () =>
      using({ limits: { callTime: 3_000 } }, async (_tenor, contract, told) => {
        const own = await ending(contract.evaluate({ facts: RUNAWAY }, { timeBudget: 200 }));
        const afterwards = await count(contract, 1, { timeBudget: 60_000 });
        const instance = await ending(contract.evaluate({ facts: RUNAWAY }));
        return { own, afterwards, instance, later: await count(contract, 2, { timeBudget: 60_000 }), told };
      }),

    /** Of five edits in a row the newest is answered. */
    latest: () =>
      sharing(async (_tenor, contract) => {
        const edit = bridge.latest((signal, amount) => count(contract, amount, { signal }));
        return Promise.all([1, 2, 3, 4, 5].map((amount) => ending(edit(amount))));
      }),

    /** Two instances know nothing of each other. */
    twoInstances: async () => {
      const [one, two] = await Promise.all([start(), start()]);
      const [mine, yours] = [await one.load(bundle), await two.load(bundle.replace('"default": 5', '"default": 6'))];
      const both = [counted(await mine.evaluate({ facts: {} })), counted(await yours.evaluate({ facts: {} }))];
      await one.dispose();
      const ended = await ending(mine.inspect());
      const left = await count(yours, 9);
      await two.dispose();
      return { both, ended, left };
    },

    /** What is pending when the instance ends rejects. */
    dispose: async () => {
      const tenor = await start();
      const contract = await tenor.load(bundle);
      const calls = [1, 2, 3].map((amount) => ending(count(contract, amount)));
      await tenor.dispose();
      await tenor[Symbol.asyncDispose]();
      return { calls: await Promise.all(calls), later: await ending(contract.inspect()) };
    },

    /** The end of the instance that scenarios shared. */
    end: async () => (await common)?.dispose(),

    /** A start that failed may be tried again, and one that is aborted ends. */
    retry: async () => {
      const failed = await ending(start({ wheelURL: `${options.indexURL}/no-such.whl` }));
      const controller = new AbortController();
      const aborted = ending(start({ signal: controller.signal }));
      controller.abort();
      return { failed, aborted: await aborted, started: await using({}, (_tenor, contract) => count(contract, 3)) };
    },
  };
}
