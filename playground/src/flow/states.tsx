/** The instances that take part: where each stood before the run, where it stands now, and which step moved it last. */

import type { JSX } from "preact";
import { explain } from "../shell/navigate";
import type { Playback } from "./frames";

interface Props {
  readonly played: Playback;
  readonly at: number;
}

export function StatesView({ played: { frames, instances }, at }: Props): JSX.Element | null {
  if (instances.length === 0) return null;
  return (
    <div class="table-box" role="region" tabIndex={0} aria-label="Instances at this point of the run">
      <table>
        <caption class="unseen">Instances at this point of the run</caption>
        <thead>
          <tr>
            {["Instance", "Before the run", `After ${at} of ${frames.length} steps`, "Moved last by"].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {instances.map(({ entity, instance, states }) => {
            const now = states[at] ?? null;
            const mover = frames.slice(0, at).findLast(({ changes }) => changes.some((one) => one.entity === entity && one.instance === instance));
            return (
              <tr key={`${entity}/${instance}`}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => explain({ kind: "instance", entity, instance })}>
                    {entity} {instance}
                  </button>
                </th>
                <td>{states[0] ?? "there is none"}</td>
                <td class={mover === undefined ? undefined : "flow-moved"}>{now ?? "there is none"}</td>
                <td>{mover?.step.step ?? "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
