/**
 * Answers that follow the workspace. A resource has a question, made from signals, and asks it whenever it changes and somebody
 * looks at the answer. The newest question wins:
 *
 * - One call at most is under way for each resource; the questions between it and the newest one are never asked.
 * - A call whose question is out of date may finish within a moment, then it is aborted: a start of another worker costs more.
 * - `stopAll` ends every call at once; `askAgain` repeats what was stopped or failed.
 */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import type { CallOptions, Tenor } from "tenor-wasm";
import { generation } from "../state/store";
import { recall, remember } from "./painted";
import { type Problem, problemsIn } from "./problems";
import { tenor } from "./runtime";

export interface Answer<Value> {
  /** The newest value there is, also while a newer one is asked for or could not be had. */
  readonly value: Value | undefined;
  /** Why the newest question has no answer; empty otherwise. */
  readonly problems: readonly Problem[];
  /** Whether a call is under way or waits for its turn. */
  readonly pending: boolean;
  /** Whether `value` belongs to an older question than the newest one. */
  readonly stale: boolean;
}

export interface Resource<Value> {
  /** While it is subscribed to, its question is asked. */
  readonly answer: ReadonlySignal<Answer<Value>>;
}

export interface ResourceOptions<Question extends readonly unknown[], Value> {
  readonly name: string;
  /** What to ask, as a list that is compared member by member; null when there is nothing to ask. */
  readonly question: () => Question | null;
  readonly ask: (tenor: Tenor, question: Question, options: CallOptions) => Promise<Value>;
  /** Milliseconds without another question before this one is asked, for what changes with every keystroke. */
  readonly pause?: number;
  /** Keep the last value under the resource's name, and show it at the next visit until the evaluator runs. */
  readonly painted?: { readonly save: (value: Value) => unknown; readonly load: (kept: unknown) => Value };
  /** Whether a value may still be shown when the newest question has no answer; without it every one may. */
  readonly outlives?: (value: Value) => boolean;
  /** Called with a value that is not shown any more. */
  readonly release?: (value: Value) => void;
}

type Outcome<Value> = { readonly value: Value } | { readonly problems: readonly Problem[] };

const NOTHING = { value: undefined, problems: [], pending: false, stale: false } as const;
const STOPPED: readonly Problem[] = [
  { code: "stopped", message: "You stopped this evaluation. Change something, or evaluate again.", path: "" },
];
/** How long a call goes on that nobody waits for any more. */
const OUTDATED_MS = 1500;
/** How long a call may run before one may want to stop it. */
const SLOW_MS = 1000;

const running = signal<ReadonlySet<object>>(new Set());
const slowCalls = signal<ReadonlySet<object>>(new Set());
const stoppedCalls = signal<ReadonlySet<object>>(new Set());
const attempt = signal(0);
const stops = new Set<() => void>();

/** Whether any answer is being waited for. */
export const busy = computed(() => running.value.size > 0);
/** Whether a call has been running for so long that stopping it should be offered. */
export const slow = computed(() => slowCalls.value.size > 0);

/** Whether an answer is missing because somebody stopped it. */
export const stopped = computed(() => stoppedCalls.value.size > 0);

/** End every call that is under way. */
export function stopAll(): void {
  for (const stop of [...stops]) stop();
}

/** Ask again what was stopped or failed. */
export function askAgain(): void {
  attempt.value++;
}

export function resource<Question extends readonly unknown[], Value>(options: ResourceOptions<Question, Value>): Resource<Value> {
  return new Asker(options);
}

function mark(set: typeof running, key: object, on: boolean): void {
  if (set.peek().has(key) === on) return;
  const next = new Set(set.peek());
  if (on) next.add(key);
  else next.delete(key);
  set.value = next;
}

class Asker<Question extends readonly unknown[], Value> implements Resource<Value> {
  readonly answer = signal<Answer<Value>>(NOTHING, { watched: () => this.watch(), unwatched: () => this.unwatch() });
  private watching = false;
  private endEffect: (() => void) | undefined;
  /** The newest question, and the one that was asked last. */
  private newest: Question | null = null;
  private asked: Question | undefined;
  private underWay: AbortController | undefined;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private outdated: ReturnType<typeof setTimeout> | undefined;
  private lastAttempt = 0;
  private lastGeneration = generation.peek();
  private painted = false;
  private isPainting = false;

  constructor(private readonly options: ResourceOptions<Question, Value>) {}

  private watch(): void {
    this.watching = true;
    // In a turn of its own: signals may not be written while another one is being computed.
    queueMicrotask(() => {
      if (this.watching) this.endEffect ??= effect(() => this.follow());
    });
  }

  private unwatch(): void {
    this.watching = false;
    // A component that is replaced by another one with the same answer must not set it off anew.
    queueMicrotask(() => {
      if (this.watching || this.endEffect === undefined) return;
      this.endEffect();
      this.endEffect = undefined;
      clearTimeout(this.pause);
      this.underWay?.abort();
      mark(running, this, false);
    });
  }

  private follow(): void {
    const question = this.options.question();
    const repeat = attempt.value !== this.lastAttempt;
    this.lastAttempt = attempt.value;
    if (generation.value !== this.lastGeneration) untracked(() => this.forget());
    this.lastGeneration = generation.value;
    untracked(() => this.take(question, repeat));
  }

  private take(question: Question | null, repeat: boolean): void {
    this.newest = question;
    clearTimeout(this.pause);
    this.paint();
    if (question === null) {
      this.underWay?.abort();
      // What an earlier visit saw stays until there is something to ask about.
      if (!this.isPainting) this.forget();
      return;
    }
    this.isPainting = false;
    const now = this.answer.peek();
    const failed = now.problems.length > 0;
    if (this.asked !== undefined && same(this.asked, question) && !(repeat && failed)) {
      // Back to what was asked last: what is there, or on its way, is right.
      if (this.underWay === undefined) this.settle({ ...now, pending: false, stale: failed });
      return;
    }
    this.settle({ ...now, pending: true, stale: now.value !== undefined });
    this.pause = setTimeout(() => this.go(), this.asked === undefined ? 0 : (this.options.pause ?? 0));
  }

  /** Asks the newest question, now or when the call under way has ended. */
  private go(): void {
    if (this.underWay === undefined) void this.ask();
    else this.outdated ??= setTimeout(() => this.underWay?.abort(), OUTDATED_MS);
  }

  private async ask(): Promise<void> {
    const question = this.newest;
    if (question === null) return;
    const mine = new AbortController();
    this.asked = question;
    this.underWay = mine;
    let stopped = false;
    const stop = (): void => {
      stopped = true;
      mine.abort();
    };
    stops.add(stop);
    const outcome = await this.outcomeOf(question, mine.signal);
    stops.delete(stop);
    clearTimeout(this.outdated);
    this.outdated = undefined;
    this.underWay = undefined;
    if (stopped) this.stopped(outcome);
    else this.receive(question, outcome);
  }

  private async outcomeOf(question: Question, abort: AbortSignal): Promise<Outcome<Value>> {
    let slowly: ReturnType<typeof setTimeout> | undefined;
    try {
      const started = await tenor();
      abort.throwIfAborted();
      slowly = setTimeout(() => mark(slowCalls, this, true), SLOW_MS);
      return { value: await this.options.ask(started, question, { signal: abort }) };
    } catch (thrown) {
      return { problems: problemsIn(thrown) };
    } finally {
      clearTimeout(slowly);
      mark(slowCalls, this, false);
    }
  }

  private stopped(outcome: Outcome<Value>): void {
    if ("value" in outcome) this.options.release?.(outcome.value);
    // Not even the newest question is asked now.
    clearTimeout(this.pause);
    this.asked = this.newest ?? undefined;
    const { value } = this.answer.peek();
    if (this.watching) this.settle({ value, problems: STOPPED, pending: false, stale: value !== undefined });
  }

  private receive(question: Question, outcome: Outcome<Value>): void {
    if (!this.watching || this.newest === null || !same(question, this.newest)) {
      if ("value" in outcome) this.options.release?.(outcome.value);
      this.asked = undefined;
      if (this.watching && this.newest !== null) void this.ask();
      return;
    }
    const { value: before } = this.answer.peek();
    if ("problems" in outcome) {
      const value = before !== undefined && this.options.outlives?.(before) === false ? undefined : before;
      this.settle({ value, problems: outcome.problems, pending: false, stale: value !== undefined });
      return;
    }
    this.settle({ value: outcome.value, problems: [], pending: false, stale: false });
    if (before !== undefined) this.options.release?.(before);
    const { name, painted } = this.options;
    if (painted !== undefined) remember(name, painted.save(outcome.value));
  }

  private forget(): void {
    const { value } = this.answer.peek();
    this.asked = undefined;
    this.isPainting = false;
    this.settle(NOTHING);
    if (value !== undefined) this.options.release?.(value);
  }

  /** The first time: what an earlier visit saw, if it saw the same workspace. */
  private paint(): void {
    const { name, painted } = this.options;
    if (this.painted || painted === undefined) return;
    this.painted = true;
    const kept = recall(name);
    if (kept === undefined) return;
    this.isPainting = true;
    this.answer.value = { ...NOTHING, value: painted.load(kept), stale: true };
  }

  private settle(answer: Answer<Value>): void {
    mark(running, this, answer.pending);
    mark(stoppedCalls, this, answer.problems === STOPPED && !answer.pending);
    this.answer.value = answer;
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((member, index) => Object.is(member, b[index]));
}
