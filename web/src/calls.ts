/**
 * The queue of calls, and how they survive the end of a worker.
 *
 * - Calls are answered in the order in which they were made. Two at most are with the worker: one that runs and one that
 *   follows without a pause; all others wait here, where an abort takes them out for nothing.
 * - The oldest call that the worker has is the one that runs. When it is aborted its caller is told at once, and the worker gets a
 *   moment to finish; when it does not, or when a call exceeds its time budget, the worker is ended and a new one started.
 * - A new worker first loads the live contracts and opens the live sessions again; then the calls that were not at fault
 *   go on. Handles differ from worker to worker, so they are put into the parameters only when a call is sent.
 */

import { Connection, type StartHooks } from "./connection.js";
import { type Some, withDefaults } from "./defaults.js";
import { abortError, TenorError, timeoutError } from "./errors.js";
import type { Spawn } from "./hosts.js";
import { Change, handleIn, handlesOf, type Live, LiveContract, LiveSession, RawHandles } from "./lives.js";
import { type StartOptions, withHandles } from "./protocol.js";
import { after, type Timer } from "./timer.js";

export interface Limits {
  /** Milliseconds that a call may run, not counting its wait in the queue; a call's own `timeBudget` goes before. */
  readonly callTime: number;
  /** Milliseconds that an aborted call which already runs has left before its worker is ended. */
  readonly abortGrace: number;
  /** Calls that may wait. */
  readonly queuedCalls: number;
  /** Characters that the parameters of one call may have. */
  readonly inputLength: number;
}

export const DEFAULT_LIMITS: Limits = { callTime: 30_000, abortGrace: 500, queuedCalls: 100_000, inputLength: 2 ** 26 };

export interface CallOptions {
  /** Ends the call: it rejects with `AbortError` (with `TimeoutError` for an `AbortSignal.timeout()`, which also counts the wait). */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the call may run; then it rejects with `TimeoutError`. In the runtime `main` nothing can end a call. */
  readonly timeBudget?: number | undefined;
}

/** Why a worker was replaced. */
export type RestartReason = "abort" | "timeout" | "crash";

/** What a client tells besides answers. */
export interface ClientEvents {
  restart?(reason: RestartReason): void;
  restarted?(contracts: number): void;
  restartFailed?(error: Error): void;
}

/** Parameter → the contract or session whose handle it takes. */
export type Lives = Readonly<Record<string, Live>>;

interface Job {
  readonly method: string;
  readonly params: string;
  readonly lives: Lives;
  readonly budget: number;
  readonly answered: (answer: string) => void;
  readonly failed: (error: Error) => void;
  /** Its caller was told already: only the worker's time is still at stake. */
  abandoned: boolean;
  /** When it must have ended; known once it runs. */
  deadline: number | undefined;
}

/** Calls that the worker has at once: the second keeps it from idling while the answer to the first travels. */
const WINDOW = 2;
/** A page that was busy itself may have the answer already, not yet delivered: it gets this moment to arrive. */
const SECOND_LOOK_MS = 20;
/** Workers that may die one after the other without a single answer. */
const DEATHS_IN_A_ROW = 3;
/** What a call that begins something gave: its answer and, unless that is an error, what lives now. */
export interface Begun<Kind extends Live> {
  readonly answer: string;
  readonly live: Kind | undefined;
}

export class Client {
  private connection: Connection | undefined;
  private state: "starting" | "up" | "down" | "disposed" = "starting";
  private waiting: Job[] = [];
  private sent: Job[] = [];
  /** Contracts and sessions, each after what it needs. */
  private readonly lives = new Set<Live>();
  private readonly raw = new RawHandles();
  private deaths = 0;
  private timer: Timer | undefined;
  private readonly ending = new AbortController();
  /** What rejects the calls that bring a new worker to where the last one was. */
  private readonly replaying = new Set<(error: Error) => void>();

  private constructor(
    private readonly spawn: Spawn,
    private readonly options: StartOptions,
    private readonly limits: Limits,
    private readonly events: ClientEvents,
  ) {}

  static async start(
    spawn: Spawn,
    options: StartOptions,
    hooks: StartHooks = {},
    limits: Some<Limits> = {},
    events: ClientEvents = {},
  ): Promise<Client> {
    const client = new Client(spawn, options, withDefaults(DEFAULT_LIMITS, limits), events);
    client.take(await Connection.start(spawn, options, hooks));
    return client;
  }

  /** The version of the wheel that answers. */
  get wheel(): string {
    return this.connection?.wheel ?? "";
  }

  /** One call, by JSON text; `params` are without the handles of the contracts and sessions it takes. */
  call(method: string, params: string, options: CallOptions = {}, lives: Lives = {}): Promise<string> {
    return new Promise((resolve, reject) => this.enqueue(method, params, options, lives, resolve, reject));
  }

  /** One call as it stands. A handle in it means what it means in the present worker: after a restart it is unknown. */
  async callRaw(method: string, params: string, options: CallOptions = {}): Promise<string> {
    const answer = await this.call(method, params, options);
    this.raw.saw(method, answer);
    return answer;
  }

  /** Load a contract that outlives its worker; `live` is missing when the answer is an error. */
  load(params: string, options: CallOptions = {}): Promise<Begun<LiveContract>> {
    return this.begin("load", params, options, {}, (handle) => new LiveContract(params, handle));
  }

  /** Open a session that outlives its worker. */
  open(contract: LiveContract, params: string, options: CallOptions = {}): Promise<Begun<LiveSession>> {
    return this.begin("open_session", params, options, { contract }, (handle) => new LiveSession(contract, params, handle));
  }

  /** Change a session. A change that was taken over counts, also where its caller was told of an abort meanwhile. */
  change(session: LiveSession, method: string, params: string, options: CallOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const keep = (answer: string): void => {
        session.keep(new Change(method, params), answer);
        if (session.isLong) void this.compact(session);
        resolve(answer);
      };
      this.enqueue(method, params, options, { session }, keep, reject);
    });
  }

  /** Forget a contract or a session; calls made before this one are still answered. */
  async free(live: Live): Promise<void> {
    if (live.freed) return;
    live.freed = true;
    try {
      if (this.state === "up" || this.state === "starting") await this.call(live.freeing, "{}", {}, { [live.parameter]: live });
    } catch {
      // Whatever ended this call ended the worker too.
    } finally {
      this.lives.delete(live);
    }
  }

  private begin<Kind extends Live>(
    method: string,
    params: string,
    options: CallOptions,
    lives: Lives,
    make: (handle: number) => Kind,
  ): Promise<Begun<Kind>> {
    return new Promise((resolve, reject) => {
      // Kept in the same turn in which the answer comes: a restart right after must find it.
      const keep = (answer: string, wanted: boolean): void => {
        const handle = handleIn(answer);
        const live = handle === undefined ? undefined : make(handle);
        if (live !== undefined) this.lives.add(live);
        if (wanted) resolve({ answer, live });
        else if (live !== undefined) void this.free(live);
      };
      this.enqueue(method, params, options, lives, keep, reject);
    });
  }

  /** Let a session begin where it is now, in the place of the long way there. */
  private async compact(session: LiveSession): Promise<void> {
    session.compacting = true;
    const keep = (answer: string): void => session.compact(answer);
    await new Promise<void>((done) => {
      this.enqueue("session_inputs", "{}", {}, { session }, (answer) => done(keep(answer)), () => done());
    });
    session.compacting = false;
  }

  /** End the worker; all calls that are not answered yet reject. */
  dispose(): void {
    if (this.state === "disposed") return;
    this.state = "disposed";
    this.ending.abort();
    for (const reject of this.replaying) reject(disposed());
    this.lives.clear();
    this.dropConnection();
    this.rejectAll(disposed());
  }

  private enqueue(
    method: string,
    params: string,
    { signal, timeBudget = this.limits.callTime }: CallOptions,
    lives: Lives,
    resolve: (answer: string, wanted: boolean) => void,
    reject: (error: Error) => void,
  ): void {
    const refusal = this.refusal(params, signal);
    if (refusal !== undefined) return reject(refusal);
    const onAbort = (): void => this.abandon(job, abortError(signal));
    const release = (): void => signal?.removeEventListener("abort", onAbort);
    const job: Job = {
      method,
      params,
      lives,
      budget: timeBudget,
      answered: (answer) => {
        release();
        // After an abort the promise is settled: this tells only what became of the call.
        resolve(answer, !job.abandoned);
      },
      failed: (error) => {
        release();
        reject(error);
      },
      abandoned: false,
      deadline: undefined,
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.waiting.push(job);
    if (this.state === "down") void this.revive();
    else this.pump();
  }

  private refusal(params: string, signal: AbortSignal | undefined): Error | undefined {
    if (this.state === "disposed") return disposed();
    if (signal?.aborted) return abortError(signal);
    const { queuedCalls, inputLength } = this.limits;
    if (this.waiting.length >= queuedCalls) {
      return new TenorError("queue_full", `${queuedCalls} calls wait already: await answers before more calls are made`);
    }
    if (params.length > inputLength) {
      const message = `the parameters have ${params.length} characters, the limit is ${inputLength}: raise \`limits.inputLength\``;
      return new TenorError("input_too_large", message, "", { limit: inputLength });
    }
    return undefined;
  }

  /** Send what the worker has room for. */
  private pump(): void {
    const { connection } = this;
    if (this.state !== "up" || connection === undefined) return;
    while (this.sent.length < WINDOW) {
      const job = this.waiting.shift();
      if (job === undefined) break;
      const fault = Object.values(job.lives).find((live) => live.fault !== undefined)?.fault;
      if (fault !== undefined) {
        job.failed(fault);
        continue;
      }
      this.sent.push(job);
      connection.ask(job.method, withHandles(job.params, handlesOf(job.lives))).then(
        (answer) => this.answered(connection, job, answer),
        (error: Error) => this.broken(connection, error),
      );
    }
    this.watchRunning();
  }

  private answered(connection: Connection, job: Job, answer: string): void {
    if (connection !== this.connection) return;
    this.deaths = 0;
    this.sent = this.sent.filter((other) => other !== job);
    job.answered(answer);
    this.pump();
  }

  /** The caller is told at once; a call that the worker has already gets a moment to end by itself. */
  private abandon(job: Job, error: Error): void {
    job.abandoned = true;
    const place = this.waiting.indexOf(job);
    if (place >= 0) this.waiting.splice(place, 1);
    job.failed(error);
    if (job.deadline !== undefined) job.deadline = Math.min(job.deadline, now() + this.limits.abortGrace);
    this.watchRunning();
  }

  /** One timer, for the call that runs. */
  private watchRunning(): void {
    clearTimeout(this.timer);
    const [job] = this.sent;
    if (job === undefined) return;
    job.deadline ??= now() + (job.abandoned ? Math.min(job.budget, this.limits.abortGrace) : job.budget);
    this.timer = after(job.deadline - now(), () => {
      this.timer = after(SECOND_LOOK_MS, () => this.overdue(job));
    });
  }

  private overdue(job: Job): void {
    if (job !== this.sent[0]) return;
    this.sent.shift();
    job.failed(timeoutError(job.budget));
    this.restart(job.abandoned ? "abort" : "timeout");
  }

  /** The worker died or its runtime broke: the call that ran is the suspect and is not repeated. */
  private broken(connection: Connection, error: Error): void {
    if (connection !== this.connection) return;
    this.deaths++;
    this.sent.shift()?.failed(error);
    this.restart("crash");
    if (this.deaths > DEATHS_IN_A_ROW) this.goDown(error);
  }

  private restart(reason: RestartReason): void {
    this.dropConnection();
    this.waiting = [...this.sent.filter((job) => !job.abandoned), ...this.waiting];
    for (const job of this.waiting) job.deadline = undefined;
    this.sent = [];
    this.events.restart?.(reason);
    if (this.state === "disposed") return;
    if (this.deaths <= DEATHS_IN_A_ROW) void this.revive();
  }

  private async revive(): Promise<void> {
    this.state = "starting";
    let connection: Connection | undefined;
    try {
      connection = await Connection.start(this.spawn, this.options, { signal: this.ending.signal });
      await this.replay(connection);
      if (this.ending.signal.aborted) return connection.end();
      this.take(connection);
      this.events.restarted?.([...this.lives].filter((live) => live instanceof LiveContract).length);
    } catch (thrown) {
      connection?.end();
      if (!this.ending.signal.aborted) this.goDown(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  /** Bring a new worker to where the last one was. */
  private async replay(connection: Connection): Promise<void> {
    const ask = (method: string, params: string): Promise<string> => this.within(connection.ask(method, params));
    await this.raw.replay(ask);
    for (const live of this.lives) await live.restore(ask);
  }

  /** What has been loaded once is loaded again in its time, or the new worker is of no use. */
  private async within(answer: Promise<string>): Promise<string> {
    const done = new AbortController();
    const stop = new Promise<never>((_resolve, reject) => {
      const timer = after(this.limits.callTime, () => reject(timeoutError(this.limits.callTime)));
      this.replaying.add(reject);
      done.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        this.replaying.delete(reject);
      });
    });
    try {
      return await Promise.race([answer, stop]);
    } finally {
      done.abort();
    }
  }

  private take(connection: Connection): void {
    this.connection = connection;
    this.state = "up";
    connection.onDeath = (error) => this.broken(connection, error);
    this.pump();
  }

  /** No worker, and none is started before the next call asks for one. */
  private goDown(error: Error): void {
    this.state = "down";
    this.deaths = 0;
    this.rejectAll(error);
    this.events.restartFailed?.(error);
  }

  private dropConnection(): void {
    clearTimeout(this.timer);
    this.connection?.end();
    this.connection = undefined;
  }

  private rejectAll(error: Error): void {
    const jobs = [...this.sent, ...this.waiting];
    this.sent = [];
    this.waiting = [];
    for (const job of jobs) job.failed(error);
  }
}

function disposed(): TenorError {
  return new TenorError("disposed", "this tenor was disposed: create a new one");
}

/** The host's clock that never goes back. */
function now(): number {
  return performance.now();
}
