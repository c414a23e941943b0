import koffi from "koffi";
import { describe, expect, test } from "vitest";
import { EngineError } from "../errors.ts";
import { takeFoldedMemory } from "./folded-memory.ts";
import { addressOf } from "./native-address.ts";
import { placeCode } from "./native-code.ts";
import { NativeWords } from "./native-words.ts";

const WINDOW = 64 * 2 ** 20;

describe("an address", () => {
  test("is that of the view's first byte, shared or not", () => {
    for (const buffer of [new ArrayBuffer(200), new SharedArrayBuffer(200)]) {
      const view = new Uint8Array(buffer, 100);
      view[0] = 77;
      expect(koffi.decode(addressOf(view), "uint8_t")).toBe(77);
      expect(addressOf(new Uint8Array(buffer, 107))).toBe(addressOf(view) + 7);
    }
  });

  test("of a small array stays what it is, since the array got memory of its own", () => {
    const small = new Uint8Array(8).fill(3);
    const address = addressOf(small);
    small[7] = 42;
    expect(koffi.decode(address + 7, "uint8_t")).toBe(42);
    expect(addressOf(small)).toBe(address);
  });

  test("is refused for memory that can change its size, or is detached", () => {
    const Resizable = ArrayBuffer as new (size: number, options: { maxByteLength: number }) => ArrayBuffer;
    expect(() => addressOf(new Uint8Array(new Resizable(8, { maxByteLength: 16 })))).toThrow(EngineError);
    const view = new Uint8Array(200);
    const address = addressOf(view);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    expect(addressOf(view)).not.toBe(address);
  });
});

test("words hold integers above 2^32, and negative ones as their two's complement", () => {
  const words = new NativeWords(3);
  words.set(0, 2 ** 47 + 5);
  words.set(1, -64);
  words.set(2, -(2 ** 40) - 1);
  expect(words.get(0)).toBe(2 ** 47 + 5);
  expect([...new BigInt64Array(words.bytes.buffer, 0, 3)]).toEqual([2n ** 47n + 5n, -64n, -(2n ** 40n) - 1n]);
  expect(koffi.decode(words.addressAt(2), "int64_t")).toBe(-(2 ** 40) - 1);
});

describe.runIf(process.platform === "linux")("on Linux", () => {
  test.runIf(process.arch === "x64")("code that was placed can be called", () => {
    // lea rax, [rdi + rsi]; ret
    const address = placeCode(Uint8Array.of(0x48, 0x8d, 0x04, 0x37, 0xc3))!;
    const add = koffi.decode(address, koffi.proto("uint64_t", ["uint64_t", "uint64_t"])) as (
      a: number,
      b: number,
    ) => number;
    expect(add(40, 2)).toBe(42);
  });

  test("code of more than a page is not placed", () => {
    expect(placeCode(new Uint8Array(5000))).toBeUndefined();
  });

  test("every window of folded memory shows the same bytes", () => {
    const folded = takeFoldedMemory(WINDOW * 3 + 1)!;
    koffi.encode(folded.address + 5, "uint8_t", 99);
    for (const window of [0, 1, 2, 3]) expect(koffi.decode(folded.address + window * WINDOW + 5, "uint8_t")).toBe(99);
    expect(folded.address % 4096).toBe(0);
    folded.release();
  });

  test("more than 512 GiB of folded memory is refused", () => {
    expect(takeFoldedMemory(2 ** 40)).toBeUndefined();
  });
});
