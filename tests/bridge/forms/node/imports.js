// What a server does that renders pages: it imports every entry. Nothing may happen, and no window may be needed.
const before = new Set(Reflect.ownKeys(globalThis));
const { fetch } = globalThis;
let fetched = 0;
globalThis.fetch = (...given) => (fetched++, fetch(...given));
for (const name of ["window", "document", "customElements", "HTMLElement", "Worker"]) {
  if (name in globalThis) throw new Error(`this host has a ${name}: the test proves nothing`);
}
const entries = {};
for (const entry of ["tenor-wasm", "tenor-wasm/client", "tenor-wasm/compat", "tenor-wasm/element", "tenor-wasm/playground", "tenor-wasm/worker"]) {
  entries[entry] = Object.keys(await import(entry)).sort();
}
for (const entry of ["tenor-wasm/element", "tenor-wasm/playground"]) (await import(entry)).register();
const added = Reflect.ownKeys(globalThis).filter((name) => !before.has(name)).map(String);
console.log(JSON.stringify({ entries, added, fetched }));
