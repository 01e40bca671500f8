// A session of the wire: a transition of one instance, and the change of the action space that it brings.

import { argumentsOf, paramsOf } from "./timing.mjs";

/**
 * A contestant whose call is the next of the moves and what has changed since the one before; `undefined` when the wheel has no
 * sessions. The session is opened, and asked for the whole once, before.
 */
export function sessionContestant(name, dispatch, handles, { contract, variants, moves }) {
  const answer = JSON.parse(dispatch("open_session", paramsOf(handles[contract], argumentsOf({ variants }, 0))));
  if (answer.error?.code === "unknown_method") return undefined;
  const { session } = ok(answer);
  let { revision } = ok(JSON.parse(dispatch("action_space", JSON.stringify({ session, since: 0 }))));
  let turn = 0;
  return {
    name,
    prepare: () => {
      const [entity, instance, to] = moves[turn++ % moves.length];
      return JSON.stringify({ session, entity, instance, to });
    },
    run: (params) => {
      const moved = ok(JSON.parse(dispatch("transition", params)));
      const changed = dispatch("action_space", `{"session":${session},"since":${revision}}`);
      revision = moved.revision;
      return changed;
    },
    end: () => dispatch("free_session", JSON.stringify({ session })),
  };
}

function ok(answer) {
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error).slice(0, 600));
  return answer.ok;
}
