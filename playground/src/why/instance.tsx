/** One instance: where it stands, where it may go, what the persona may run on it, and the runs that moved it. */

import type { JSX } from "preact";
import { actionSpaces, inspection, persona } from "../engine";
import { goTo } from "../editor/navigate";
import { wayTo } from "../flow/history";
import { runFlow } from "../flow/set-up";
import { instances } from "../inputs/documents";
import { explain } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import { workspace } from "../state/store";

interface Props {
  readonly entity: string;
  readonly instance: string;
}

export function InstanceWhy({ entity, instance }: Props): JSX.Element {
  const state = instances.value.get(entity)?.get(instance);
  const { history } = workspace.value;
  const moves = wayTo(history, history.at).flatMap(({ id, flow, changes }) =>
    changes
      .filter((change) => change.entity_id === entity && change.instance_id === instance)
      .map(({ from_state: from, to_state: to }) => `run ${id}, ${flow}: ${from} → ${to}`),
  );
  return (
    <div class="stack">
      <p>
        {state === undefined ? (
          <>There is no such instance.</>
        ) : (
          <>
            It is <strong>{state}</strong>.
          </>
        )}{" "}
        <PanelLink panel="contract" run={() => goTo({ kind: "entity", id: entity })}>
          Where {entity} is declared
        </PanelLink>
      </p>
      {state === undefined ? null : <Ways entity={entity} state={state} />}
      <Flows entity={entity} instance={instance} />
      {moves.length === 0 ? null : (
        <section>
          <h3>How it came here</h3>
          <ol>
            {moves.map((move) => (
              <li key={move}>{move}</li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function Ways({ entity, state }: { readonly entity: string; readonly state: string }): JSX.Element {
  const { operations = [] } = inspection.value ?? {};
  const ways = operations.flatMap(({ id, effects, allowed_personas: allowed }) =>
    effects
      .filter((effect) => effect.entity_id === entity && effect.from === state)
      .map(({ to }) => ({ id, text: `to ${to} by ${id}, as ${allowed.join(" or ") || "nobody"}` })),
  );
  return (
    <section>
      <h3>From {state} it may go</h3>
      {ways.length === 0 ? <p>nowhere: no operation takes it from here.</p> : null}
      <ul>
        {ways.map(({ id, text }) => (
          <li key={text}>
            {text}{" "}
            <PanelLink panel="contract" run={() => goTo({ kind: "operation", id })} label={`Where ${id} is declared`}>
              Show
            </PanelLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Flows({ entity, instance }: Props): JSX.Element | null {
  const space = actionSpaces.answer.value.value?.[persona.value];
  if (space === undefined) return null;
  const touching = new Set(inspection.value?.flows.filter(({ affected_entities: all }) => all.includes(entity)).map(({ id }) => id));
  const flows = [
    ...space.actions.map(({ flow_id: flow, instance_bindings: open }) => ({ flow, isOpen: open[entity]?.includes(instance) === true })),
    ...space.blocked_actions.map(({ flow_id: flow }) => ({ flow, isOpen: false })),
  ].filter(({ flow }) => touching.has(flow));
  return (
    <section>
      <h3>What {persona.value} may run on it</h3>
      <ul class="plain stack">
        {flows.map(({ flow, isOpen }) => (
          <li key={flow} class="row">
            <span class={isOpen ? "why-open" : "why-closed"}>{isOpen ? "✓ open" : "✗ blocked"}</span> {flow}
            <button type="button" class="link" aria-label={`Why ${flow}?`} onClick={() => explain(action(flow, entity, instance))}>
              Why?
            </button>
            <PanelLink panel="flow" run={() => runFlow(flow, { [entity]: instance })} label={`Show the run of ${flow}`}>
              Show the run
            </PanelLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

function action(flow: string, entity: string, instance: string): Parameters<typeof explain>[0] {
  return { kind: "action", flow, persona: persona.peek(), bindings: { [entity]: instance } };
}
