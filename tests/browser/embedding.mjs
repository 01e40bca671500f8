// A page of another origin that embeds the playground: by the element, or by a plain frame (`?frame=<address>`).

globalThis.heard = [];
const asked = new URLSearchParams(location.search);

if (asked.has("frame")) {
  addEventListener("message", ({ origin, data }) => globalThis.heard.push({ origin, data }));
  const frame = document.createElement("iframe");
  frame.src = asked.get("frame");
  frame.width = "900";
  frame.height = "600";
  document.body.append(frame);
} else {
  await import("/web/dist/playground.js");
  const element = document.createElement("tenor-playground");
  for (const [name, value] of asked) element.setAttribute(name, value);
  for (const name of ["playground-ready", "playground-change", "playground-selection", "playground-result", "playground-problems", "playground-error"]) {
    element.addEventListener(name, ({ detail }) => globalThis.heard.push({ name, detail: { ...detail, error: detail.error?.message } }));
  }
  document.body.append(element);
  globalThis.element = element;
}
