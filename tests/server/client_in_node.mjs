// Plays one course with the bridge's client against the server at the address that is given; prints what it saw.

import { createClient, TenorError } from "../../web/dist/client.js";

const [url, key] = process.argv.slice(2);
const facts = { paid: true };
const shop = createClient({ url, contract: "shop", key });

const made = [await shop.createInstance({ entity: "Order", instanceId: "ord-001" }), await shop.createInstance({ entity: "Order" })];
const before = await shop.actionSpace({ facts });
const simulated = await shop.simulateFlow({ flow: "submit", facts, instanceBindings: { Order: "ord-001" } });
const request = { flow: "submit", facts, instanceBindings: { Order: "ord-001" }, requestId: "r-1" };
const done = await shop.executeFlow(request);
const again = await shop.executeFlow(request);
const states = {};
for await (const one of shop.instances("Order")) states[one.instance_id] = one.state;
const pages = [];
for await (const page of shop.actionSpaces({ facts, limit: 1 })) pages.push(page);
const listed = [];
for await (const record of shop.executions({ entity: "Order", instance: "ord-001" })) listed.push(record.execution_id);
const refused = await shop.executeFlow({ flow: "none", facts }).catch((error) => error);
const manifest = await shop.manifest();

console.log(
  JSON.stringify({
    made: made.map((one) => one.state),
    open: before.actions.find((action) => action.flow_id === "submit").instance_bindings.Order.length,
    simulated: simulated.would_transition.map((change) => change.to_state),
    done: [done.outcome, done.persona, again.repeated, again.execution_id === done.execution_id],
    states: [states["ord-001"], states[made[1].instance_id]],
    pages: pages.length,
    history: (await shop.history("Order", "ord-001")).history.map((change) => change.to_state),
    chain: (await shop.chain(done.provenance_chain_id)).chain.provenance_chain_id === done.provenance_chain_id,
    execution: (await shop.execution(done.execution_id)).outcome,
    listed: listed.length === 1 && listed[0] === done.execution_id,
    verdicts: (await shop.evaluate({ facts })).verdicts.length > 0,
    flows: (await shop.inspect()).flows.length > 0,
    triggers: (await shop.triggers()).items,
    manifest: [manifest.capabilities.multi_instance_entities, (await shop.manifest()) === manifest],
    refused: [refused instanceof TenorError, refused.code, refused.details.status],
  }),
);
