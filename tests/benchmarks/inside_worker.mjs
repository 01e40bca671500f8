// A worker that times calls where they are answered: what they cost when nothing has to cross.

import { startRuntime } from "/bridge/runtime.js";

let runtime;

addEventListener("message", async ({ data: { start, load, method, params, times } }) => {
  if (start !== undefined) {
    runtime = await startRuntime(start);
    postMessage(JSON.parse(runtime.dispatch("load", load)).ok.handle);
    return;
  }
  const begun = performance.now();
  for (let time = 0; time < times; time++) runtime.dispatch(method, params);
  postMessage((performance.now() - begun) / times);
});
