// Notes the memory of every WebAssembly instance that is made from here on.

const memories = new Set();
for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const made = await original.apply(WebAssembly, given);
    const { memory } = (made.instance ?? made).exports;
    if (memory instanceof WebAssembly.Memory) memories.add(memory);
    for (const imports of Object.values(given[1] ?? {})) {
      for (const imported of Object.values(imports)) if (imported instanceof WebAssembly.Memory) memories.add(imported);
    }
    return made;
  };
}

globalThis.wasmBytes = () => [...memories].reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0);
