// Answers case files through the bridge, in whatever host it is imported: Node or a browser tab.

/**
 * @param tenor what `createTenor` gave
 * @param cases `[{id, load: text | null, calls: [{method, template}]}]`; `$contract` in a template is the handle, `"$session"` that of
 *   the session that was opened last
 * @returns `{id: [answer text, …]}`, raw as Python wrote them
 */
export async function answerCases(tenor, cases) {
  const answers = {};
  for (const { id, load, calls } of cases) {
    let handle = null;
    let refused;
    if (load !== null) {
      const answer = await tenor.call("load", load);
      handle = JSON.parse(answer).ok?.handle;
      if (handle === undefined) refused = answer;
    }
    answers[id] = [];
    let session = null;
    for (const { method, template } of calls) {
      const params = template.replaceAll("$contract", String(handle)).replaceAll('"$session"', String(session));
      const answer = refused ?? (await tenor.call(method, params));
      if (method === "open_session") session = JSON.parse(answer).ok?.session ?? session;
      answers[id].push(answer);
    }
    if (handle !== null && handle !== undefined) await tenor.call("free", `{"contract":${handle}}`);
  }
  return answers;
}
