// Serves the built page on localhost, with the headers that a host should send.
//
//   node playground/scripts/serve.mjs [--port 8123] [--check] [--mount name=folder …] [--frame-ancestors "https://a.example …"]
//
// --check only says whether the port is free; --mount serves another folder below /name/ (the tests use it). --frame-ancestors
// names the origins that may embed the page (`?embed`); without it none may.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8123" },
    check: { type: "boolean", default: false },
    mount: { type: "string", multiple: true, default: [] },
    "frame-ancestors": { type: "string", default: "'none'" },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`PORT must be a number from 0 to 65535, not \`${values.port}\`.`);

const site = fileURLToPath(new URL("../dist/", import.meta.url));
const mounts = new Map(values.mount.map((mount) => [mount.split("=", 1)[0], resolve(mount.slice(mount.indexOf("=") + 1))]));

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".tenor": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".whl": "application/zip",
  ".zip": "application/zip",
};

// The page carries the same policy in a <meta>; a worker takes its own from the header of its script.
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; worker-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; " +
    `frame-ancestors ${ancestors(values["frame-ancestors"])}`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

const server = createServer((request, response) => {
  answer(request, response).catch(() => send(response, 500, "something went wrong here"));
});
server.on("error", (error) => {
  if (error.code === "EADDRINUSE") fail(`Port ${port} is in use (by an earlier \`make play\`, perhaps): stop that, or choose another one with \`make play PORT=${port + 1}\`.`);
  if (error.code === "EACCES") fail(`Port ${port} may not be used by this user: choose another one with \`make play PORT=8123\`.`);
  throw error;
});
server.listen(port, "127.0.0.1", () => {
  if (values.check) {
    server.close();
    return;
  }
  console.log(`The page is at http://localhost:${server.address().port}/ (Ctrl-C stops it)`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
});

async function answer(request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") return send(response, 405, "only GET is answered here");
  const path = await fileFor(new URL(request.url, "http://localhost").pathname);
  if (path === undefined) return send(response, 404, "there is no such file");
  const { size, mtimeMs } = await stat(path);
  const headers = {
    ...HEADERS,
    "content-type": TYPES[extname(path)] ?? "application/octet-stream",
    etag: `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`,
  };
  if (request.headers["if-none-match"] === headers.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, "content-length": size });
  if (request.method === "HEAD") response.end();
  else createReadStream(path).on("error", () => response.destroy()).pipe(response);
}

/** The file behind an address, or nothing: only what lies inside the served folders is ever read. */
async function fileFor(address) {
  let relative;
  try {
    relative = normalize(decodeURIComponent(address)).slice(1);
  } catch {
    return undefined;
  }
  const [first, ...rest] = relative.split(sep);
  const [root, below] = mounts.has(first) ? [mounts.get(first), rest.join(sep)] : [resolve(site), relative];
  const path = resolve(root, below === "" ? "index.html" : below);
  if (!path.startsWith(root + sep)) return undefined;
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return (await stat(join(path, "index.html")).catch(() => undefined)) && join(path, "index.html");
  return found?.isFile() ? path : undefined;
}

/** A header is no place for anything else than sources. */
function ancestors(text) {
  if (!/^[\w\-.:/' ]+$/.test(text)) fail(`--frame-ancestors takes origins, divided by spaces, not \`${text}\`.`);
  return text;
}

function send(response, status, text) {
  if (response.headersSent) return response.destroy();
  response.writeHead(status, { ...HEADERS, "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
