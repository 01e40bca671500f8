// A worker that a test plays by hand: it records what it is sent, and says what the test lets it say.

import { PROTOCOL_VERSION } from "../dist/protocol.js";

export const OPTIONS = { indexURL: "x/", wheelURL: "x.whl", timeouts: { download: 1000, start: 1000, install: 1000 } };

export class FakeWorker {
  sent = [];
  terminated = false;

  postMessage(message) {
    this.sent.push(message);
  }

  terminate() {
    this.terminated = true;
  }

  say(message) {
    this.onmessage?.({ data: { protocol: PROTOCOL_VERSION, ...message } });
  }

  /** The calls that were sent and are not answered yet. */
  get open() {
    const answered = new Set(this.answered);
    return this.sent.filter(({ kind, id }) => kind === "call" && !answered.has(id));
  }

  answered = [];

  answer(id, answer) {
    this.answered.push(id);
    this.say({ kind: "answer", id, answer });
  }
}

/** A worker that starts at once and answers every call in the next turn: `load` with the next handle, others with themselves. */
export class ObligingWorker extends FakeWorker {
  handles = 0;
  loaded = new Map();
  /** Calls of these methods, or with this text in their parameters, are never answered. */
  stuckOn = new Set(["stuck"]);

  postMessage(message) {
    super.postMessage(message);
    setImmediate(() => {
      if (this.terminated) return;
      if (message.kind === "start") this.begin();
      else if (!this.stuckOn.has(message.method)) this.serve(message);
      else this.stuck = true;
    });
  }

  begin() {
    this.say({ kind: "alive", locked: false });
    this.say({ kind: "started", wheel: "0.1.0" });
  }

  serve({ id, method, params }) {
    if (this.stuck) return;
    const given = JSON.parse(params);
    if (method === "load") {
      const handle = this.handles++;
      this.loaded.set(handle, given.bundle);
      this.answer(id, JSON.stringify({ ok: { handle, contract_id: "c", contract_hash: "h", warnings: [] } }));
    } else if (method === "open_session") {
      this.answer(id, '{"ok":{"session":0,"revision":0,"warnings":[]}}');
    } else if (method === "free") {
      this.loaded.delete(given.contract);
      this.answer(id, '{"ok":{}}');
    } else {
      this.answer(id, JSON.stringify({ ok: { method, given, bundle: this.loaded.get(given.contract) } }));
    }
  }
}

/** Spawns obliging workers and remembers them. */
export function hatchery(Kind = ObligingWorker) {
  const workers = [];
  const spawn = () => {
    workers.push(new Kind());
    return workers.at(-1);
  };
  return { workers, spawn };
}

/** Lets everything that is due happen. */
export async function turns(count = 5) {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
