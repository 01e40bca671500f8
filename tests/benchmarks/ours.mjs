// This project's contestants: the wheel in Pyodide, through the wire or through the seven drop-in functions.

import { argumentsOf, filled, paramsOf } from "./timing.mjs";

const POSITIONS = {
  load: ["bundle"],
  evaluate: ["facts"],
  action_space: ["facts", "entity_states", "persona"],
  simulate_flow: ["flow", "persona", "facts", "entity_states", "instance_bindings"],
};
const PLAIN = new Set(["persona", "flow"]);
const NAMES = {
  load: "load_contract",
  evaluate: "evaluate",
  action_space: "compute_action_space",
  simulate_flow: "simulate_flow_with_bindings",
};

export const DROP_IN = [...Object.values(NAMES), "free_contract"];

/** A contestant that calls the seven functions, whoever wrote them. */
export function byFunctions(name, functions, handles, kase) {
  const { method, contract } = kase;
  const call = functions[NAMES[method]];
  const handle = method === "load" ? [] : [handles[contract]];
  const prepare = (number) => {
    const given = argumentsOf(kase, number);
    return [...handle, ...POSITIONS[method].map((each) => (PLAIN.has(each) ? JSON.parse(given[each]) : given[each]))];
  };
  const free = (answer) => functions.free_contract(JSON.parse(answer).handle);
  return { name, prepare, run: (values) => call(...values), after: method === "load" ? free : undefined };
}

/** The handles of the contracts, loaded by the seven functions. */
export function loadedByFunctions(functions, contracts) {
  return loaded(contracts, (text) => JSON.parse(functions.load_contract(text)));
}

/** A contestant that calls the wire. */
export function byWire(name, dispatch, handles, kase) {
  const { method, contract } = kase;
  const handle = method === "load" ? undefined : handles[contract];
  const free = (answer) => dispatch("free", `{"contract":${JSON.parse(answer).ok.handle}}`);
  return {
    name,
    prepare: (number) => paramsOf(handle, argumentsOf(kase, number)),
    run: (params) => dispatch(method, params),
    after: method === "load" ? free : undefined,
  };
}

/** The handles of the contracts, loaded by the wire. */
export function loadedByWire(dispatch, contracts) {
  return loaded(contracts, (text) => {
    const answer = JSON.parse(dispatch("load", paramsOf(undefined, { bundle: text })));
    return answer.ok ?? answer;
  });
}

function loaded(contracts, load) {
  const handles = {};
  for (const [name, text] of Object.entries(contracts)) {
    const answer = load(filled(text, 0));
    if (answer.handle === undefined) throw new Error(`${name}: ${JSON.stringify(answer).slice(0, 600)}`);
    handles[name] = answer.handle;
  }
  return handles;
}
