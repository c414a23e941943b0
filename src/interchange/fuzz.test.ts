import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { TensorHeapError } from "../errors.ts";
import { ascii, fromBase64, safetensorsFile } from "./bytes.fixture.ts";
import { NPY_BY_ARRAY, NPY_BY_DTYPE } from "./npy.fixture.ts";
import { readNpy } from "./read-npy.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { FLOAT8, MIXED } from "./safetensors.fixture.ts";

interface Mutation {
  readonly kind: "set" | "flip" | "cut" | "insert" | "remove" | "digit" | "copy";
  /** Places in ten-thousandths of the file's length, since that changes. */
  readonly at: number;
  readonly to: number;
  readonly byte: number;
}

/** Bytes that mean something to one of the parsers. */
const TELLING = [...ascii("{}[]():,'\"\\0123456789-+.eE \n<>|=TFUL_"), 0, 1, 127, 128, 255];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("set", "flip", "cut", "insert", "remove", "digit", "copy"),
  at: fc.nat(9999),
  to: fc.nat(9999),
  byte: fc.oneof(fc.constantFrom(...TELLING), fc.nat(255)),
});

function mutated(file: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let bytes = [...file];
  for (const { kind, at, to, byte } of mutations) {
    const place = Math.floor((at * bytes.length) / 10_000);
    const other = Math.floor((to * bytes.length) / 10_000);
    if (kind === "set") bytes[place] = byte;
    else if (kind === "flip") bytes[place] = (bytes[place] ?? 0) ^ (1 << (byte % 8));
    else if (kind === "cut") bytes = bytes.slice(0, Math.max(place, 1));
    else if (kind === "insert") bytes.splice(place, 0, byte);
    else if (kind === "remove") bytes.splice(place, 1 + (byte % 4));
    else if (kind === "copy") bytes.splice(place, 0, ...bytes.slice(other, other + byte));
    else changeDigit(bytes, place, byte);
  }
  return Uint8Array.from(bytes);
}

/** The next digit from there on becomes another: what changes shapes, offsets and sizes, and keeps the syntax. */
function changeDigit(bytes: number[], from: number, byte: number): void {
  const place = bytes.findIndex((value, i) => i >= from && value >= 48 && value <= 57);
  if (place >= 0) bytes[place] = 48 + (byte % 10);
}

/** Runs a reader on mutants of a file. Returns how many it read and how many it refused. */
function outcomes(
  seeds: readonly Uint8Array[],
  read: (bytes: Uint8Array, allocator: CountingAllocator) => { deallocate: () => unknown },
): { read: number; refused: number } {
  const count = { read: 0, refused: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 3 }), (file, mutations) => {
      const bytes = mutated(file, mutations);
      const allocator = new CountingAllocator();
      try {
        const result = read(bytes, allocator);
        expect(allocator.liveBytes).toBeLessThanOrEqual(bytes.byteLength);
        result.deallocate();
        count.read++;
      } catch (error) {
        if (!(error instanceof TensorHeapError)) throw error;
        count.refused++;
      }
      expect(allocator.liveCount).toBe(0);
      expect(allocator.locks).toBe(0);
    }),
    { numRuns: 4000 },
  );
  return count;
}

test("a damaged .npy file is read or refused with an error of the package, and leaks nothing", () => {
  const seeds = [...Object.values(NPY_BY_DTYPE), ...Object.values(NPY_BY_ARRAY)].map(fromBase64);
  const { read, refused } = outcomes(seeds, (bytes, allocator) => readNpy(bytes, { allocator }));
  expect(read).toBeGreaterThan(30);
  expect(refused).toBeGreaterThan(30);
});

test("a damaged safetensors file is read or refused with an error of the package, and leaks nothing", () => {
  const header = `{"a":{"dtype":"F32","shape":[20,3],"data_offsets":[0,240]},"b":{"dtype":"I8","shape":[7],"data_offsets":[240,247]}}`;
  const seeds = [fromBase64(MIXED), fromBase64(FLOAT8), safetensorsFile(header, 247)];
  const { read, refused } = outcomes(seeds, (bytes, allocator) => readSafetensors(bytes, { allocator }));
  expect(read).toBeGreaterThan(30);
  expect(refused).toBeGreaterThan(30);
});
