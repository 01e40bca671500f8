// How calls are timed, in Node and in a page alike: prepared outside the clock, no two alike, contestants in turns.

const DIGITS = 5;
const SAMPLE_MS = 25;
const MOST_CALLS = 300;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The text for one call; flat in memory, as a text is that came from a network or a file. */
export function filled(text, number) {
  const told = text.replaceAll("$k", String(number).padStart(DIGITS, "0"));
  return decoder.decode(encoder.encode(told));
}

/** The arguments of a call, of its turn's variant. */
export function argumentsOf({ variants }, number) {
  const variant = variants[number % variants.length];
  return Object.fromEntries(Object.entries(variant).map(([name, text]) => [name, filled(text, number)]));
}

/** The parameters of the wire for a call. */
export function paramsOf(handle, given) {
  const members = Object.entries(given).map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${handle === undefined ? "" : `"contract":${handle},`}${members.join(",")}}`;
}

/** Milliseconds: the wall clock's, or under Node those that this process had of a processor, which others on the machine move less. */
const CLOCKS = {
  wall: () => performance.now(),
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

let now = CLOCKS.wall;
let calls = 0;

/**
 * Times the contestants on one case; each has `prepare(number)` and `run(prepared)`, which answers with text, and may have
 * `after(answer)`, which is not timed.
 *
 * @param settings `rounds` at most, `milliseconds` that one case may take in all once there are three rounds, and the `clock`
 * @returns milliseconds of a call by contestant, one figure a round
 */
export function alternate(contestants, { rounds, milliseconds, clock = "wall" }) {
  now = CLOCKS[clock];
  const sizes = contestants.map((each) => sampleSize(each));
  const found = Object.fromEntries(contestants.map(({ name }) => [name, []]));
  const begun = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= 3 && performance.now() - begun > milliseconds) break;
    const order = contestants.map((_, index) => (index + round) % contestants.length);
    for (const index of order) found[contestants[index].name].push(sample(contestants[index], sizes[index]));
  }
  return found;
}

/** So many calls that a clock can tell their time; the calls that find it out warm up as well. */
function sampleSize(contestant) {
  let one = sample(contestant, 1);
  for (let time = 0; time < 4 && one < SAMPLE_MS; time++) one = sample(contestant, Math.min(20, Math.ceil(SAMPLE_MS / (one * 4 + 0.01))));
  return Math.max(1, Math.min(MOST_CALLS, Math.round(SAMPLE_MS / one)));
}

function sample({ prepare, run, after }, count) {
  const prepared = [];
  for (let time = 0; time < count; time++) prepared.push(prepare(calls++ % 10 ** DIGITS));
  const answers = new Array(count);
  globalThis.gc?.();
  const begun = now();
  for (let time = 0; time < count; time++) {
    const answer = run(prepared[time]);
    answer.charCodeAt(answer.length - 1); // JavaScript may keep a text in pieces: here they are put together, within the clock
    answers[time] = answer;
  }
  const ended = now();
  for (const answer of answers) {
    if (answer.startsWith('{"error"')) throw new Error(answer.slice(0, 600));
    after?.(answer);
  }
  return (ended - begun) / count;
}
