/**
 * Keeps one version of the page for use without a network. It is registered only when somebody asks for that.
 *
 * The build puts `KEPT` before this script: its number, and every file with its hash. All of them are kept at the beginning, each
 * checked against its hash, so that a version is kept whole or not at all; later nothing is added. A newer version waits beside the
 * one in use until somebody wants it.
 */

export type {};
declare const self: ServiceWorkerGlobalScope;
interface KeptFile {
  readonly path: string;
  readonly bytes: number;
  readonly hash: string;
}
declare const KEPT: { readonly build: string; readonly files: readonly KeptFile[] };

const scope = self.registration.scope;
/** Other pages of this origin may have caches as well: ours begin with our address. */
const PREFIX = `tenor-playground ${scope} `;
const NAME = PREFIX + KEPT.build;
const PAGE = "index.html";
/** So many files are asked for at a time. */
const AT_ONCE = 4;

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => self.clients.claim())));
self.addEventListener("message", ({ data }) => {
  if (data === "use") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  if (method !== "GET" || !url.startsWith(scope)) return;
  const address = new URL(url);
  const path = decodeURIComponent(address.pathname.slice(new URL(scope).pathname.length));
  const file = path === "" ? PAGE : path;
  if (mode === "navigate" && file !== PAGE) return;
  const kept = KEPT.files.find((one) => one.path === file);
  if (kept !== undefined) event.respondWith(answer(kept));
});

async function answer(file: KeptFile): Promise<Response> {
  const cache = await caches.open(NAME);
  // What the browser threw away comes from the network, where there is one; of another version nothing is taken from there.
  return (await cache.match(scope + file.path)) ?? download(file);
}

async function keepAll(): Promise<void> {
  try {
    const cache = await caches.open(NAME);
    const total = KEPT.files.reduce((sum, { bytes }) => sum + bytes, 0);
    let loaded = 0;
    const waiting = [...KEPT.files];
    const work = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        await keep(cache, file);
        loaded += file.bytes;
        await tell({ kind: "progress", loaded, total });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (thrown) {
    await caches.delete(NAME);
    await tell({ kind: "failed", message: thrown instanceof Error ? thrown.message : String(thrown) });
    throw thrown;
  }
}

async function keep(cache: Cache, file: KeptFile): Promise<void> {
  await cache.put(scope + file.path, await download(file));
}

/** A file of this very version from the server. */
async function download({ path, hash }: KeptFile): Promise<Response> {
  const response = await fetch(scope + path, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${path} could not be downloaded: the server answered ${response.status}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer()));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== hash) throw new Error(`${path} is of another version than the page: it is being replaced on the server, try again later`);
  return response;
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
}

async function tell(message: unknown): Promise<void> {
  for (const client of await self.clients.matchAll({ includeUncontrolled: true })) client.postMessage(message);
}
