import { constants, crc32, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Gunzip } from "./gunzip.ts";

function inflate(bytes: Uint8Array, chunkBytes: number): { data: Buffer; problems: string[] } {
  const parts: Uint8Array[] = [];
  const problems: string[] = [];
  const gunzip = new Gunzip(
    (part) => parts.push(part.slice()),
    (kind) => problems.push(kind),
  );
  for (let at = 0; at < bytes.length; at += chunkBytes) gunzip.push(bytes.subarray(at, at + chunkBytes));
  gunzip.end();
  return { data: Buffer.concat(parts), problems };
}

function gunzipOrNothing(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

/** Numbers from 0 to 2^32 - 1 that depend on the seed only. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state ^ (state >>> 13)) >>> 0;
  };
}

const random = numbers(7);
const noise = Buffer.from(Uint8Array.from({ length: 200_000 }, random));
const CONTENTS: readonly (readonly [string, Buffer])[] = [
  ["nothing", Buffer.alloc(0)],
  ["one byte", Buffer.from("x")],
  ["zeros", Buffer.alloc(1_000_000)],
  ["noise", noise],
  ["text", Buffer.from(Array.from({ length: 30_000 }, (_, i) => `{"op":"a","id":${i},"size":${random()}}`).join("\n"))],
  [
    "noise, far matches and text",
    Buffer.concat([noise.subarray(0, 32_768), noise.subarray(0, 32_768), Buffer.from("abcabcabcab")]),
  ],
];

describe("Gunzip", () => {
  test.each(CONTENTS)("inflates %s as zlib wrote it, at every level and strategy, in chunks of any size", (_, data) => {
    const options = [
      ...[0, 1, 6, 9].map((level) => ({ level })),
      { strategy: constants.Z_FIXED },
      { strategy: constants.Z_HUFFMAN_ONLY },
      { strategy: constants.Z_RLE },
      { windowBits: 9, memLevel: 1 },
    ];
    for (const option of options) {
      const bytes = gzipSync(data, option);
      for (const chunkBytes of data.length < 1_000 ? [1, 7, 1_000] : [1_013, 65_536, 10_000_000]) {
        const result = inflate(bytes, chunkBytes);
        expect(result.problems).toEqual([]);
        expect(result.data.equals(data)).toBe(true);
      }
    }
  });

  test("reads the optional fields of a header", () => {
    const plain = gzipSync("fields");
    const head = Buffer.concat([plain.subarray(0, 10), Buffer.from([3, 0, 1, 2, 3]), Buffer.from("name\0comment\0")]);
    head[3] = 2 | 4 | 8 | 16;
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE(crc32(head) & 0xffff);
    const bytes = Buffer.concat([head, sum, plain.subarray(10)]);
    for (const chunkBytes of [1, 5, 1_000]) {
      expect(inflate(bytes, chunkBytes)).toMatchObject({ problems: [], data: Buffer.from("fields") });
    }
  });

  test("never gives what zlib does not, and never fails, whatever bytes are changed", () => {
    const next = numbers(99);
    const data = CONTENTS[4]![1].subarray(0, 3_000);
    const good = gzipSync(data);
    for (let round = 0; round < 3_000; round++) {
      const bytes = Buffer.from(good);
      for (let i = next() % 4; i >= 0; i--) bytes[10 + (next() % (bytes.length - 10))] = next();
      const result = inflate(bytes, 1 + (next() % 500));
      const expected = gunzipOrNothing(bytes);
      expect(result.problems.length).toBe(expected === undefined ? 1 : 0);
      expect(expected === undefined || result.data.equals(expected)).toBe(true);
    }
  });
});
