// Other libraries on the part of the work that each can express. What each does not do stands in peers.py.

import { argumentsOf } from "./timing.mjs";

/** The modules, from the folder `peers` of this one; and what has to be done before they run. */
export async function loadPeers() {
  const [{ setFlagsFromString }, logic, cedar, xstate] = await Promise.all([
    import("node:v8"),
    import("./peers/node_modules/json-logic-js/logic.js"),
    import("./peers/node_modules/@cedar-policy/cedar-wasm/nodejs/cedar_wasm.js"),
    import("./peers/node_modules/xstate/dist/xstate.cjs.js"),
  ]);
  // V8 of Node 20 ends the process when it gives up code into which it has inlined a call of WebAssembly that returns a reference, as cedar's do.
  const begin = () => setFlagsFromString("--no-turbo-inline-js-wasm-calls");
  return { begin, "json-logic-js": logic.default, "cedar-wasm": cedar, xstate };
}

/** The contestant of another library for a case; texts in, text out, as ours. */
export function peerContestants(kase, peers) {
  peers.begin();
  const run = MAKERS[kase.peer](peers[kase.peer], kase);
  const prepare = (number) => ({ ...argumentsOf(kase, number), verdicts: VERDICTS[number % VERDICTS.length] });
  return { name: kase.peer, prepare, run };
}

/** What the rules find in each variant of the escrow contract's facts: given to those that derive nothing. */
const VERDICTS = [
  ["lines_accepted", "parcel_arrived", "within_limit", "payout_due"],
  ["lines_accepted", "parcel_arrived", "review_due"],
  ["lines_accepted", "parcel_lost", "within_limit", "refund_wanted", "payback_due"],
  ["within_limit"],
];

const MAKERS = {
  "json-logic-js": rules,
  "cedar-wasm": decisions,
  xstate: (xstate, kase) => (kase.method === "simulate_flow" ? flow : events)(xstate),
};

// --- json-logic-js: the rules of the escrow contract -----------------------------------------------------------

const ACCEPTED = { all: [{ var: "lines" }, { "==": [{ var: "accepted" }, true] }] };
const SOUND = [{ var: "lines_accepted" }, { var: "parcel_arrived" }];
const STRATA = [
  {
    lines_accepted: ACCEPTED,
    parcel_arrived: { "==": [{ var: "status" }, "arrived"] },
    parcel_lost: { "==": [{ var: "status" }, "lost"] },
    within_limit: { "<=": [{ var: "price.amount" }, { var: "limit.amount" }] },
    refund_wanted: { "==": [{ var: "refund_asked" }, true] },
  },
  {
    payout_due: { and: [...SOUND, { var: "within_limit" }] },
    payback_due: { and: [{ var: "parcel_lost" }, { var: "refund_wanted" }] },
    review_due: { and: [...SOUND, { "!": [{ var: "within_limit" }] }] },
  },
];

function derived(logic, facts) {
  const known = { ...facts, price: amount(facts.price), limit: amount(facts.limit) };
  const found = [];
  for (const stratum of STRATA) {
    for (const [verdict, rule] of Object.entries(stratum)) {
      if (logic.apply(rule, known)) found.push(verdict);
    }
    for (const verdict of found) known[verdict] = true;
  }
  return found;
}

const amount = (money) => ({ amount: Number(money.amount) });

function rules(logic) {
  return ({ facts }) => JSON.stringify(derived(logic, JSON.parse(facts)));
}

// --- cedar-wasm: one decision for each instance and operation --------------------------------------------------

const POLICIES = `
permit (principal == Persona::"seller", action == Action::"confirm", resource is Parcel)
when { resource.state == "packed" && context.verdicts.contains("lines_accepted") };
permit (principal == Persona::"officer", action == Action::"pay_back", resource is Account)
when { resource.state == "held" && context.verdicts.contains("payback_due") };
`;
/** Each flow's first operation, and the entity that it is asked about. */
const ENTRIES = [
  ["releasing", "confirm", "Parcel"],
  ["refunding", "pay_back", "Account"],
];

function decisions(cedar) {
  cedar.preparsePolicySet("escrow", { staticPolicies: POLICIES });
  const allowed = (principal, verdicts, action, type, id, state) => {
    const uid = { type, id };
    const answer = cedar.statefulIsAuthorized({
      principal: { type: "Persona", id: principal },
      action: { type: "Action", id: action },
      resource: uid,
      context: { verdicts },
      preparsedPolicySetId: "escrow",
      entities: [{ uid, attrs: { state }, parents: [] }],
    });
    if (answer.type !== "success") throw new Error(JSON.stringify(answer));
    return answer.response.decision === "allow";
  };
  return ({ entity_states, persona, verdicts }) => {
    const principal = JSON.parse(persona);
    const test = (action, entity) => (id, state) => allowed(principal, verdicts, action, entity, id, state);
    return spaceOf(test, JSON.parse(entity_states));
  };
}

/** Which instances each flow can begin with, and which not. */
function spaceOf(test, states) {
  const space = {};
  for (const [name, action, entity] of ENTRIES) {
    const can = test(action, entity);
    const open = [];
    const blocked = {};
    for (const [id, state] of Object.entries(states[entity])) {
      if (can(id, state)) open.push(id);
      else blocked[id] = state;
    }
    space[name] = { open, blocked };
  }
  return JSON.stringify(space);
}

// --- xstate: entities as machines, and the flow as one ---------------------------------------------------------

/** The persona and the verdicts are what guards look at. */
const guard = (persona, verdict) => ({ context }) => context.persona === persona && context.verdicts.includes(verdict);

function events(xstate) {
  const parcel = xstate.createMachine({
    initial: "packed",
    context: ({ input }) => input,
    states: {
      packed: { on: { confirm: { target: "delivered", guard: guard("seller", "lines_accepted") } } },
      delivered: {},
      missing: {},
    },
  });
  const account = xstate.createMachine({
    initial: "held",
    context: ({ input }) => input,
    states: {
      held: { on: { pay_back: { target: "refunded", guard: guard("officer", "payback_due") } } },
      released: {},
      refunded: {},
      frozen: {},
    },
  });
  const machines = { Parcel: parcel, Account: account };
  return ({ entity_states, persona, verdicts }) => {
    const context = { persona: JSON.parse(persona), verdicts };
    const test = (action, entity) => (_id, state) =>
      machines[entity].resolveState({ value: state, context }).can({ type: action });
    return spaceOf(test, JSON.parse(entity_states));
  };
}

function flow(xstate) {
  const met = (verdict) => ({ context }) => context.verdicts.includes(verdict);
  const machine = xstate.createMachine({
    initial: "confirm",
    context: ({ input }) => input,
    states: {
      confirm: { on: { NEXT: [{ target: "check", guard: met("lines_accepted") }, { target: "failure" }] } },
      check: { on: { NEXT: [{ target: "release", guard: met("within_limit") }, { target: "review" }] } },
      release: { on: { NEXT: [{ target: "success", guard: met("payout_due") }, { target: "withdraw" }] } },
      review: { on: { NEXT: [{ target: "success", guard: met("review_due") }, { target: "withdraw" }] } },
      withdraw: { on: { NEXT: { target: "failure" } } },
      success: { type: "final" },
      failure: { type: "final" },
    },
  });
  return ({ instance_bindings, verdicts }) => {
    const input = { verdicts, bindings: JSON.parse(instance_bindings) };
    let [snapshot] = xstate.initialTransition(machine, input);
    const path = [];
    while (snapshot.status === "active") {
      path.push(snapshot.value);
      [snapshot] = xstate.transition(machine, snapshot, { type: "NEXT" });
    }
    return JSON.stringify({ path, outcome: snapshot.value });
  };
}
