/** The states of each entity, as a table. */

import type { JSX } from "preact";
import { inspection } from "../engine";

export function DiagramsView(): JSX.Element {
  return (
    <div class="stack">
      {inspection.value?.entities.map(({ id, states, transitions }) => (
        <table key={id}>
          <caption>{id}</caption>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">May change to</th>
            </tr>
          </thead>
          <tbody>
            {states.map((state) => (
              <tr key={state}>
                <th scope="row">{state}</th>
                <td>{transitions.filter(({ from }) => from === state).map(({ to }) => to).join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
