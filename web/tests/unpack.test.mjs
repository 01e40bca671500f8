import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Memory, Unpacker } from "../dist/unpack.js";

const PAGE = 4096;

/** In pieces of these sizes, again and again. */
async function unpacked(file, sizes, sink) {
  const unpacker = new Unpacker(sink);
  for (let start = 0, turn = 0; start < file.length; turn++) {
    const end = start + sizes[turn % sizes.length];
    unpacker.onChunk(new Uint8Array(file.subarray(start, end)));
    start = end;
  }
  return { content: await unpacker.end(), length: unpacker.length };
}

/** The file for a memory, as scripts/build-runtime.mjs writes it. */
function packed(memory) {
  const pages = Math.ceil(memory.length / PAGE);
  const head = Buffer.alloc(4 + pages);
  head.writeUInt32LE(memory.length);
  const used = [];
  for (let page = 0; page < pages; page++) {
    const content = memory.subarray(page * PAGE, (page + 1) * PAGE);
    if (content.every((byte) => byte === 0)) continue;
    head[4 + page] = 1;
    used.push(content);
  }
  return Buffer.concat([head, ...used]);
}

const SIZES = [[1_000_000], [1, 2, 3, 700], [PAGE], [PAGE + 1, 5]];

test("a file comes out as it went in, gzipped or not, in whatever pieces it comes", async () => {
  const content = Buffer.concat([Buffer.from("PK\u0003\u0004"), randomBytes(10_000)]);
  for (const file of [content, gzipSync(content)]) {
    for (const sizes of SIZES) {
      const { content: found, length } = await unpacked(file, sizes);
      assert.deepEqual(Buffer.from(found), content);
      assert.equal(length, content.length);
    }
  }
});

test("a memory comes out with its pages of zeros, wherever they are", async () => {
  for (const used of ["", "1", "01", "10", "0110010", "1111", "0000001"]) {
    for (const odd of [0, 16]) {
      const memory = Buffer.alloc(used.length * PAGE - (used.length > 0 ? odd : 0));
      [...used].forEach((flag, page) => flag === "1" && memory.subarray(page * PAGE, (page + 1) * PAGE).fill(page + 1));
      const file = packed(memory);
      for (const bytes of [file, gzipSync(file)]) {
        for (const sizes of SIZES) {
          const { content } = await unpacked(bytes, sizes, new Memory());
          assert.ok(Buffer.from(content).equals(memory), `${used} in pieces of ${sizes}`);
        }
      }
    }
  }
});

test("what is not gzip in its middle is told", async () => {
  const file = gzipSync(randomBytes(10_000));
  file[5_000] ^= 1;
  await assert.rejects(unpacked(file, [100]));
});
