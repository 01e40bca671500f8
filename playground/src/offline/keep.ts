/** Keeping the page for use without a network: only where somebody asked for it, all of it, and gone when they end it. */

import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { set } from "../state/store";

const SCRIPT = "service-worker.js";

export type Kept =
  | { readonly phase: "off" }
  | { readonly phase: "saving"; readonly loaded: number; readonly total: number }
  | { readonly phase: "kept"; readonly bytes: number }
  | { readonly phase: "failed"; readonly message: string };

const state = signal<Kept>({ phase: "off" });
export const kept: ReadonlySignal<Kept> = state;

/** Why this page cannot be kept; null where it can. */
export const hindrance: string | null =
  "serviceWorker" in navigator && "caches" in globalThis
    ? null
    : "This browser keeps no pages, or the page did not come over https: it cannot be kept here.";

/** A newer version of the page that is kept already, and waits until it is wanted. */
const waiting = signal<ServiceWorker | null>(null);
export const newer: ReadonlySignal<ServiceWorker | null> = waiting;

const scope = (): string => new URL("./", document.baseURI).href;
const isOurs = (cache: string): boolean => cache.startsWith(`tenor-playground ${scope()} `);

/** At the start: whether the page is kept is what the browser says, not what was once chosen. */
export async function followKept(): Promise<void> {
  if (hindrance !== null) return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => hear(data as Message));
  const wasKept = navigator.serviceWorker.controller !== null;
  // Another tab may have gone over: this one must not go on with parts of both.
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (wasKept && state.peek().phase !== "saving") location.reload();
  });
  const registration = await ours();
  set({ offline: registration !== undefined });
  if (registration === undefined) return;
  follow(registration);
  if (registration.active !== null) await measure();
}

/** Keep all of the page, from now on. */
export async function keep(): Promise<void> {
  state.value = { phase: "saving", loaded: 0, total: 0 };
  try {
    follow(await navigator.serviceWorker.register(SCRIPT, { scope: "./", updateViaCache: "none" }));
    set({ offline: true });
  } catch (thrown) {
    state.value = { phase: "failed", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Throw away all that was kept. Gives how many bytes that were. */
export async function clear(): Promise<number> {
  const bytes = await keptBytes();
  await (await ours())?.unregister();
  for (const name of (await caches.keys()).filter(isOurs)) await caches.delete(name);
  waiting.value = null;
  state.value = { phase: "off" };
  set({ offline: false });
  return bytes;
}

/** Go over to the newer version: the page is loaded again with it, in every tab. */
export function useNewer(): void {
  waiting.peek()?.postMessage("use");
}

type Message =
  | { readonly kind: "progress"; readonly loaded: number; readonly total: number }
  | { readonly kind: "failed"; readonly message: string };

async function ours(): Promise<ServiceWorkerRegistration | undefined> {
  const found = await navigator.serviceWorker.getRegistration();
  return found?.scope === scope() ? found : undefined;
}

function hear(message: Message): void {
  // A newer version that is being kept beside this one says nothing until it is there.
  if (state.peek().phase !== "saving") return;
  if (message.kind === "progress") state.value = { phase: "saving", loaded: message.loaded, total: message.total };
  else void clear().then(() => (state.value = { phase: "failed", message: message.message }));
}

function follow(registration: ServiceWorkerRegistration): void {
  const watch = (worker: ServiceWorker | null): void => {
    if (worker === null) return;
    const look = (): void => {
      if (worker.state === "installed" && registration.active !== null) waiting.value = worker;
      if (worker.state === "activated") void measure();
      if (worker.state === "redundant" && waiting.peek() === worker) waiting.value = null;
    };
    worker.addEventListener("statechange", look);
    look();
  };
  watch(registration.installing);
  watch(registration.waiting);
  registration.addEventListener("updatefound", () => watch(registration.installing));
}

async function measure(): Promise<void> {
  state.value = { phase: "kept", bytes: await keptBytes() };
}

async function keptBytes(): Promise<number> {
  let bytes = 0;
  for (const name of (await caches.keys()).filter(isOurs)) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) bytes += (await (await cache.match(request))?.blob())?.size ?? 0;
  }
  return bytes;
}
