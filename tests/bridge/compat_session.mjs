// Plays calls of the seven functions, in a page or under Node (steps as JSON on its input, answers as JSON on its output).
//
// A step is [name, ...arguments]; the argument "$handle" stands for the handle of the contract that was loaded last.

/** The text that each step answers with, or what it threw. */
export function play(compat, steps) {
  let handle;
  return steps.map(([name, ...given]) => {
    const values = given.map((value) => (value === "$handle" ? handle : value));
    try {
      const answer = compat[name](...values);
      if (name === "load_contract") handle = JSON.parse(answer).handle ?? handle;
      return answer ?? null;
    } catch (thrown) {
      return { threw: thrown.code ?? String(thrown) };
    }
  });
}

/** A contract is loaded, asked everything and freed, again and again. */
export function wear(compat, { bundle, facts, states, persona, flow, bindings }, rounds) {
  for (let round = 0; round < rounds; round++) {
    const { handle } = JSON.parse(compat.load_contract(bundle));
    for (let call = 0; call < 10; call++) {
      compat.evaluate(handle, facts);
      compat.compute_action_space(handle, facts, states, persona);
      compat.simulate_flow_with_bindings(handle, flow, persona, facts, states, bindings);
      compat.evaluate(handle, "{");
    }
    compat.inspect_contract(handle);
    compat.free_contract(handle);
  }
}

/** What throws, as data. */
export function attempt(act) {
  try {
    return { value: act() };
  } catch ({ name, code, path, message, details, related }) {
    return { name, code, path, message, details, related: related?.length };
  }
}

if (globalThis.process?.argv?.[1]?.endsWith("compat_session.mjs")) {
  const { text } = await import("node:stream/consumers");
  const { default: init, ...compat } = await import(process.argv[2]);
  const before = play(compat, [["evaluate", 0, "{}"], ["initSync"]]);
  await init();
  const steps = JSON.parse(await text(process.stdin));
  console.log(JSON.stringify({ before, after: play(compat, steps) }));
}
