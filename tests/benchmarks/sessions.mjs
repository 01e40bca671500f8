// A session of the wire: one transition and the change of the action space that it brings.

import { argumentsOf, paramsOf } from "./timing.mjs";

/**
 * A contestant whose call is a transition of another instance each time, and the change since then; `undefined` when the wheel has
 * no sessions. The session is opened once, on the first variant's arguments.
 */
export function sessionContestant(name, dispatch, handles, kase, transitions) {
  const given = argumentsOf(kase, 0);
  const opened = JSON.parse(dispatch("open_session", paramsOf(handles[kase.contract], given)));
  if (opened.error?.code === "unknown_method") return undefined;
  if (opened.error !== undefined) throw new Error(JSON.stringify(opened.error).slice(0, 600));
  const { session } = opened.ok;
  let revision = opened.ok.revision;
  return {
    name,
    prepare: (number) => {
      const [entity, instance, to] = transitions[number % transitions.length];
      return JSON.stringify({ session, entity, instance, to });
    },
    run: (params) => {
      const moved = dispatch("transition", params);
      if (moved.startsWith('{"error"')) return moved;
      const changed = dispatch("action_space", `{"session":${session},"since":${revision}}`);
      revision = JSON.parse(changed).ok?.revision;
      return changed;
    },
  };
}
