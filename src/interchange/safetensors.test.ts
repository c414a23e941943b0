import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { createBlob } from "../blob/create-blob.ts";
import { Precision } from "../blob/precision.ts";
import { TBlob } from "../blob/tblob.ts";
import { BlobError, DescError, OutOfMemoryError } from "../errors.ts";
import { checkAllAllocationFailures } from "../testing/check-all-allocation-failures.ts";
import {
  COMMON_PRECISIONS,
  bytesOf,
  concat,
  elementsOf,
  fromBase64,
  patterned,
  safetensorsFile,
  thrownBy,
} from "./bytes.fixture.ts";
import { FormatError } from "./format-error.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { safetensorsChunks } from "./safetensors-chunks.ts";
import { readSafetensorsHeader, safetensorsHeaderBytes } from "./safetensors-header.ts";
import { FLOAT8, MIXED, MIXED_TENSORS } from "./safetensors.fixture.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const PRECISIONS = [...COMMON_PRECISIONS, "BF16"] as const;
const mixed = fromBase64(MIXED);

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A header with one tensor. */
function one(tensor: string): string {
  return `{"a":${tensor}}`;
}

/** A tensor of bytes in a header. */
function u8(begin: number | string, end: number | string, shape = "[2]"): string {
  return `{"dtype":"U8","shape":${shape},"data_offsets":[${begin},${end}]}`;
}

/** A file that says its header has so many bytes, and that has so many bytes of zeros behind the length. */
function sized(length: bigint, rest: number): Uint8Array {
  const file = new Uint8Array(8 + rest);
  new DataView(file.buffer).setBigUint64(0, length, true);
  return file;
}

describe("files that the reference implementation wrote", () => {
  test("give every tensor with its dtype, dims and elements, and the metadata", () => {
    using file = readSafetensors(mixed);
    const found = [...file.tensors].map(([name, blob]) => [
      name,
      blob.desc.precision.name,
      blob.desc.dims,
      hex(bytesOf(blob)),
    ]);
    expect(found).toEqual(MIXED_TENSORS);
    expect([...file.metadata]).toEqual([["format", "pt"]]);
  });

  test("are written byte by byte as they were, whatever the order of the tensors", () => {
    using file = readSafetensors(mixed);
    expect(writeSafetensors(file.tensors, file.metadata)).toEqual(mixed);
    const turned = Object.fromEntries([...file.tensors].toReversed());
    expect(writeSafetensors(turned, { format: "pt" })).toEqual(mixed);
    expect(concat(...safetensorsChunks(turned, { format: "pt" }))).toEqual(mixed);
  });

  test("with a dtype that no blob can have are listed, and their other tensors read", () => {
    const file = fromBase64(FLOAT8);
    const { tensors } = readSafetensorsHeader(file);
    expect(tensors.get("w")).toEqual({
      dtype: "F8_E4M3",
      precision: undefined,
      dims: [4],
      offset: file.byteLength - 4,
      byteSize: 4,
    });
    using some = readSafetensors(file, { names: ["s"] });
    expect(elementsOf(some.tensors.get("s")!)).toEqual([2]);
    const error = thrownBy(() => readSafetensors(file));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).tensor).toBe("w");
    expect((error as FormatError).message).toMatch(/"w" has the dtype F8_E4M3.*Convert it.*names/);
  });
});

describe("files as models have them", () => {
  const header = JSON.stringify({
    "layers.0.attn.q_proj.weight": { dtype: "BF16", shape: [2, 2], data_offsets: [8, 16] },
    "layers.0.norm.weight": { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    __metadata__: { format: "pt", total_size: "16" },
  });

  test("need not be in the order of the header, nor aligned", () => {
    using file = readSafetensors(safetensorsFile(header, 16));
    expect([...file.tensors.keys()]).toEqual(["layers.0.attn.q_proj.weight", "layers.0.norm.weight"]);
    expect(bytesOf(file.tensors.get("layers.0.norm.weight")!)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(bytesOf(file.tensors.get("layers.0.attn.q_proj.weight")!)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect(file.metadata.get("total_size")).toBe("16");
  });

  test("may have blanks anywhere between tokens, and behind the header", () => {
    const spaced = `{ "a" :\n{ "shape" : [ 2 , 1 ] ,\t"data_offsets" : [ 0 , 2 ] , "dtype" : "U8" } }   \r\n `;
    using file = readSafetensors(safetensorsFile(spaced, 2));
    expect(elementsOf(file.tensors.get("a")!)).toEqual([0, 1]);
  });

  test("may have no tensors, empty ones and scalars", () => {
    expect(readSafetensors(safetensorsFile("{}")).tensors.size).toBe(0);
    const text = `{"e":{"dtype":"F32","shape":[3,0],"data_offsets":[1,1]},"z":{"dtype":"F64","shape":[0],"data_offsets":[0,0]},"s":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`;
    using file = readSafetensors(safetensorsFile(text, 1));
    expect([...file.tensors.values()].map((blob) => blob.size)).toEqual([0, 0, 1]);
  });

  test("names and metadata are any text: escapes, other scripts, __proto__", () => {
    const text = String.raw`{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a\"\\\u00e9\n":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"重み":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"__metadata__":{"__proto__":"x","constructor":"y"}}`;
    using file = readSafetensors(safetensorsFile(text, 3));
    expect([...file.tensors.keys()]).toEqual(["__proto__", 'a"\\é\n', "重み"]);
    expect([...file.metadata]).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.hasOwn(Object.prototype, "dtype")).toBe(false);
    using back = readSafetensors(writeSafetensors(file.tensors, file.metadata));
    expect([...back.tensors.keys()].toSorted()).toEqual([...file.tensors.keys()].toSorted());
    expect([...back.metadata]).toEqual([...file.metadata]);
  });

  test("larger than memory are read tensor by tensor from the start of the file", () => {
    const whole = safetensorsFile(header, 16);
    const start = safetensorsHeaderBytes(whole.subarray(0, 8));
    const { tensors } = readSafetensorsHeader(whole.slice(0, start), { fileBytes: whole.byteLength });
    const { offset, byteSize } = tensors.get("layers.0.attn.q_proj.weight")!;
    expect([...whole.subarray(offset, offset + byteSize)]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect(() => readSafetensorsHeader(whole.slice(0, start))).toThrow(/cut off/);
    expect(() => readSafetensorsHeader(whole.slice(0, start - 1), { fileBytes: whole.byteLength })).toThrow(/cut off/);
    expect(() => readSafetensorsHeader(whole, { fileBytes: Number.NaN })).toThrow(FormatError);
    expect(() => readSafetensorsHeader(whole, null as never)).toThrow(/are \{ fileBytes \}, not null/);
  });
});

describe("reading", () => {
  test("goes into one block of the allocator for each tensor, and back with deallocate", () => {
    const allocator = new CountingAllocator();
    const file = readSafetensors(mixed, { allocator });
    expect(allocator.allocs).toBe(MIXED_TENSORS.length);
    expect(allocator.liveBytes).toBe(84);
    expect(allocator.locks).toBe(0);
    file.deallocate();
    file.deallocate();
    expect(allocator.liveCount).toBe(0);
  });

  test("takes only the names that are asked for", () => {
    const allocator = new CountingAllocator();
    using file = readSafetensors(mixed, { allocator, names: new Set(["u8", "ids"]) });
    expect([...file.tensors.keys()]).toEqual(["ids", "u8"]);
    expect(allocator.liveCount).toBe(2);
    expect(readSafetensors(mixed, { names: [] }).tensors.size).toBe(0);
  });

  test("a name that is not there is an error with those that are", () => {
    const error = thrownBy(() => readSafetensors(mixed, { names: ["ids", "weights"] }));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).tensor).toBe("weights");
    expect((error as FormatError).message).toContain('It has 15, such as "big", "ids"');
    expect(() => readSafetensors(mixed, { names: "ids" })).toThrow(BlobError);
    expect(() => readSafetensors(mixed, { names: 3 as never })).toThrow(BlobError);
  });

  test("leaves nothing allocated, whichever block cannot be had", async () => {
    const report = await checkAllAllocationFailures((allocator) => {
      readSafetensors(mixed, { allocator }).deallocate();
    });
    expect(report.failuresTried).toBe(MIXED_TENSORS.length);
  });

  test("leaves nothing allocated when a lock is refused halfway", () => {
    class Refusing extends CountingAllocator {
      override alloc(size: number): ReturnType<CountingAllocator["alloc"]> {
        if (this.allocs === 5) this.lockError = new BlobError("no lock");
        return super.alloc(size);
      }
    }
    const allocator = new Refusing();
    expect(() => readSafetensors(mixed, { allocator })).toThrow("no lock");
    expect(allocator.allocs).toBe(6);
    expect(allocator.liveCount).toBe(0);
  });

  test("refuses options and bytes of another kind", () => {
    expect(() => readSafetensors(mixed, new CountingAllocator() as never)).toThrow(BlobError);
    expect(() => readSafetensors(mixed.buffer as never)).toThrow(FormatError);
    expect(() => readSafetensors([1, 2] as never)).toThrow(FormatError);
  });
});

describe("writing", () => {
  test("any tensors come back, each at a multiple of its element size", () => {
    const tensor = fc.record({
      precision: fc.constantFrom(...PRECISIONS),
      dims: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 }),
      seed: fc.nat(255),
    });
    const name = fc.string({ unit: "grapheme", maxLength: 12 });
    const metadata = fc.dictionary(name, name, { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 12 }),
        metadata,
        (list, texts) => {
          const blobs = new Map(
            list.map(([key, { precision, dims, seed }]) => [key, patterned({ precision, dims }, seed)]),
          );
          const bytes = writeSafetensors(blobs, texts);
          expect(concat(...safetensorsChunks(blobs, texts))).toEqual(bytes);
          for (const { offset, precision } of readSafetensorsHeader(bytes).tensors.values()) {
            expect(offset % Precision.of(precision!).elementSize).toBe(0);
          }
          using back = readSafetensors(bytes);
          expect(back.tensors.size).toBe(blobs.size);
          expect(back.metadata).toEqual(new Map(Object.entries(texts)));
          for (const [key, blob] of blobs) {
            expect(back.tensors.get(key)!.desc.equals(blob.desc)).toBe(true);
            expect(bytesOf(back.tensors.get(key)!)).toEqual(bytesOf(blob));
            blob.deallocate();
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("an NHWC blob is written in the order of its logical dims, in pieces as well", () => {
    using blob = createBlob(
      { precision: "U8", dims: [1, 2, 2, 2], layout: "NHWC" },
      { data: Uint8Array.of(0, 4, 1, 5, 2, 6, 3, 7) },
    );
    const bytes = writeSafetensors({ blob });
    expect([...bytes.subarray(-8)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(concat(...safetensorsChunks({ blob }))).toEqual(bytes);
  });

  test("makes every true of BOOL a 1, in pieces as well", () => {
    using blob = createBlob({ precision: "BOOL", dims: [3] }, { data: Uint8Array.of(0, 2, 255) });
    expect([...writeSafetensors({ blob }).subarray(-3)]).toEqual([0, 1, 1]);
    expect([...[...safetensorsChunks({ blob })][1]!]).toEqual([0, 1, 1]);
    expect(bytesOf(blob)).toEqual([0, 2, 255]);
  });

  test("without tensors and metadata gives the shortest file of the reference implementation", () => {
    expect([...writeSafetensors({})]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, 123, 125, 32, 32, 32, 32, 32, 32]);
  });

  test("leaves no memory and no lock with the allocator of the blobs", () => {
    const allocator = new CountingAllocator();
    using blob = patterned({ precision: "FP32", dims: [5] }, 1, allocator);
    writeSafetensors({ a: blob, b: blob });
    expect(allocator.locks).toBe(0);
    expect(allocator.liveCount).toBe(1);
  });

  test.each(["Q78", "U4", "I4", "NF4", "BIN"] as const)("%s, which the format has not, is refused", (precision) => {
    using blob = createBlob({ precision, dims: [8] });
    const error = thrownBy(() => writeSafetensors({ ok: blob }));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).tensor).toBe("ok");
    expect((error as FormatError).message).toMatch(new RegExp(`no dtype for ${precision}.*Convert it`));
  });

  test("names, metadata, blobs and collections that cannot be written are refused", () => {
    using blob = createBlob({ precision: "U8", dims: [3] });
    using any = createBlob({ precision: "U8", dims: [3], layout: "ANY" });
    using deep = createBlob({ precision: "U8", dims: Array.from({ length: 65 }, () => 1) });
    expect(() => writeSafetensors({ __metadata__: blob })).toThrow(/which is the metadata's/);
    expect(() => writeSafetensors({ "\ud800": blob })).toThrow(/surrogate/);
    expect(() => writeSafetensors({ blob }, { a: "\udc00" })).toThrow(/surrogate/);
    expect(() => writeSafetensors({ blob }, { a: 1 as never })).toThrow(/"a" is a string, not 1/);
    expect(() => writeSafetensors(new Map([[1 as never, blob]]))).toThrow(BlobError);
    expect(() => writeSafetensors({ x: new Uint8Array(3) as never })).toThrow(/Wrap an array with createBlob/);
    expect(() => writeSafetensors({ x: new TBlob({ precision: "U8", dims: [3] }) })).toThrow(
      /"x", U8 \[3\] C, has no memory/,
    );
    expect(() => writeSafetensors({ any })).toThrow(DescError);
    expect(() => writeSafetensors({ deep })).toThrow(/more than the 64/);
    for (const wrong of [blob, [blob], null, undefined, 3, "x"]) {
      expect(() => writeSafetensors(wrong as never)).toThrow(BlobError);
    }
  });

  test("what cannot be written in pieces is refused before the first piece", () => {
    using any = createBlob({ precision: "U8", dims: [3], layout: "ANY" });
    expect(() => safetensorsChunks({ any })).toThrow(DescError);
    expect(() => safetensorsChunks({ any: 3 as never })).toThrow(BlobError);
  });

  test("a piece is the blob's own memory, locked until the next one or the end of the loop", () => {
    const allocator = new CountingAllocator();
    using a = patterned({ precision: "FP32", dims: [2] }, 1, allocator);
    using b = patterned({ precision: "FP32", dims: [2] }, 2, allocator);
    const locks: number[] = [];
    for (const piece of safetensorsChunks({ a, b })) locks.push(allocator.locks, piece.byteLength % 8);
    expect(locks).toEqual([0, 0, 1, 0, 1, 0]);
    expect(allocator.locks).toBe(0);
    for (const piece of safetensorsChunks({ a, b })) if (piece.byteLength === 8) break;
    expect(allocator.locks).toBe(0);
    const map = a.rwmap();
    const [, piece] = safetensorsChunks({ a });
    expect(piece).toBe(map.bytes);
    map.dispose();
  });

  test("a blob that is reshaped or freed between the pieces is an error", () => {
    const blob = patterned({ precision: "U8", dims: [4] }, 1);
    const pieces = safetensorsChunks({ blob });
    pieces.next();
    blob.setShape([2]);
    expect(() => pieces.next()).toThrow(/"blob" was reshaped to U8 \[2\] C/);
    const others = safetensorsChunks({ blob });
    others.next();
    blob.deallocate();
    expect(() => others.next()).toThrow(BlobError);
  });
});

describe("hostile files are refused with a reason", () => {
  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /0 bytes/],
    ["half a length", new Uint8Array(7), /7 bytes/],
    ["a header of no bytes", new Uint8Array(8), /its end at character 0/],
    ["a header of 2^64 - 1 bytes", sized(2n ** 64n - 1n, 100), /18446744073709551615 bytes, more than/],
    ["a header of 2^63 bytes", sized(2n ** 63n, 100), /9223372036854775808 bytes, more than/],
    ["a header of 100 MB and a byte", sized(100_000_001n, 100), /100000001 bytes, more than/],
    [
      "a header of 100 MB that is not there",
      sized(100_000_000n, 100),
      /header ends at byte 100000008, but there are only 108/,
    ],
    ["a header one byte longer than the file", safetensorsFile("{}").subarray(0, -1), /cut off/],
    ["no UTF-8", safetensorsFile(Uint8Array.of(0x7b, 0xff, 0x7d)), /no UTF-8/],
    ["a byte order mark", safetensorsFile("\ufeff{}"), /where "\{" must be/],
    ["a blank before the brace", safetensorsFile(" {}"), /where "\{" must be/],
    ["no JSON", safetensorsFile("hello"), /where "\{" must be/],
    ["an array", safetensorsFile("[]"), /where "\{" must be/],
    ["null", safetensorsFile("null"), /where "\{" must be/],
    ["text behind it", safetensorsFile("{}{}"), /only blanks/],
    ["a zero byte behind it", safetensorsFile("{}\0"), /only blanks/],
    ["a brace that is not closed", safetensorsFile(one(u8(0, 2)).slice(0, -1), 2), /its end at character/],
    ["a comma too many", safetensorsFile(`{"a":${u8(0, 2)},}`, 2), /where a string must be/],
    ["a comment", safetensorsFile("{/**/}"), /where a string must be/],
    ["deep arrays", safetensorsFile(one("[".repeat(200_000))), /where "\{" must be/],
    ["deep objects", safetensorsFile('{"a":'.repeat(100_000)), /one of the keys dtype/],
    ["a deep shape", safetensorsFile(one(u8(0, 2, "[".repeat(100_000)))), /where an integer/],
    ["deep metadata", safetensorsFile('{"__metadata__":{"a":{"b":1}}}'), /where a string must be/],
    ["metadata that are no object", safetensorsFile('{"__metadata__":"x"}'), /where "\{" must be/],
    ["metadata twice", safetensorsFile('{"__metadata__":{},"__metadata__":{}}'), /"__metadata__" again/],
    ["a key of the metadata twice", safetensorsFile('{"__metadata__":{"a":"1","a":"2"}}'), /"a" again/],
    ["a name twice", safetensorsFile(`{"a":${u8(0, 2)},"a":${u8(0, 2)}}`, 2), /"a" again/],
    ["a name twice, once with escapes", safetensorsFile(`{"a":${u8(0, 2)},"\\u0061":${u8(0, 2)}}`, 2), /"a" again/],
    [
      "a key of a tensor twice",
      safetensorsFile(one(`{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}`), 1),
      /each once/,
    ],
    ["another key in a tensor", safetensorsFile(one(`{"__proto__":1,"dtype":"U8"}`)), /one of the keys dtype/],
    [
      "a tensor without shape",
      safetensorsFile(one(`{"dtype":"U8","data_offsets":[0,1]}`), 1),
      /a tensor with dtype, shape/,
    ],
    ["an empty tensor object", safetensorsFile(one("{}")), /a tensor with dtype, shape/],
    ["a tensor that is null", safetensorsFile(one("null")), /where "\{" must be/],
    ["a dtype that is no string", safetensorsFile(one(`{"dtype":1}`)), /where a string must be/],
    [
      "an unknown dtype",
      safetensorsFile(one(`{"dtype":"F7","shape":[1],"data_offsets":[0,1]}`), 1),
      /"a" has the dtype "F7"/,
    ],
    [
      "a dtype in small letters",
      safetensorsFile(one(`{"dtype":"u8","shape":[1],"data_offsets":[0,1]}`), 1),
      /"a" has the dtype "u8"/,
    ],
    [
      "a dtype called __proto__",
      safetensorsFile(one(`{"dtype":"__proto__","shape":[1],"data_offsets":[0,1]}`), 1),
      /dtype "__proto__"/,
    ],
    ["one offset", safetensorsFile(one(`{"dtype":"U8","shape":[1],"data_offsets":[0]}`), 1), /two data_offsets/],
    ["three offsets", safetensorsFile(one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}`), 1), /two data_offsets/],
    ["a negative offset", safetensorsFile(one(u8(-1, 1)), 2), /where an integer/],
    ["a minus zero", safetensorsFile(one(u8("-0", 2)), 2), /where an integer/],
    ["a fractional offset", safetensorsFile(one(u8("0.0", 2)), 2), /where an integer/],
    ["an exponent", safetensorsFile(one(u8(0, "2e0")), 2), /where an integer/],
    ["an offset as text", safetensorsFile(one(u8('"0"', 2)), 2), /where an integer/],
    ["an offset above 2^53", safetensorsFile(one(u8(0, "9007199254740993")), 2), /where an integer/],
    ["reversed offsets", safetensorsFile(one(u8(2, 0)), 2), /end before they begin/],
    ["an end beyond the file", safetensorsFile(one(u8(0, 3, "[3]")), 2), /2 bytes of data.*cut off/],
    ["a begin beyond the file", safetensorsFile(one(u8(9, 9, "[0]")), 2), /2 bytes of data/],
    ["a petabyte that is not there", safetensorsFile(one(u8(0, 2 ** 50, `[${2 ** 50}]`)), 2), /2 bytes of data/],
    ["a shape for more bytes", safetensorsFile(one(u8(0, 2, "[3]")), 2), /U8 of shape \[3\] has 3 bytes/],
    ["a shape for fewer bytes", safetensorsFile(one(u8(0, 2, "[]")), 2), /U8 of shape \[\] has 1 bytes/],
    [
      "a shape whose product wraps in 64 bits",
      safetensorsFile(one(u8(0, 2, "[4294967296,4294967296,2]")), 2),
      /more bytes than any file/,
    ],
    [
      "a product above 2^53 beside a 0",
      safetensorsFile(one(u8(0, 0, "[0,9007199254740991,9007199254740991]")), 0),
      /more bytes than any file/,
    ],
    ["a fractional dim", safetensorsFile(one(u8(0, 2, "[2.0]")), 2), /where an integer/],
    ["a negative dim", safetensorsFile(one(u8(0, 2, "[-2]")), 2), /where an integer/],
    ["a dim of a million digits", safetensorsFile(one(u8(0, 2, `[${"9".repeat(1_000_000)}]`)), 2), /where an integer/],
    ["65 dims", safetensorsFile(one(u8(0, 1, `[${"1,".repeat(64)}1]`)), 1), /at most 64 integers/],
    ["half a byte", safetensorsFile(one(`{"dtype":"F4","shape":[3],"data_offsets":[0,1]}`), 1), /has 1\.5 bytes/],
    [
      "overlapping tensors",
      safetensorsFile(`{"a":${u8(0, 2)},"b":${u8(1, 3)}}`, 3),
      /"b" begins at 1 and overlaps with the tensor "a"/,
    ],
    ["two tensors in one place", safetensorsFile(`{"a":${u8(0, 2)},"b":${u8(0, 2)}}`, 2), /overlaps/],
    ["a tensor inside another", safetensorsFile(`{"a":${u8(0, 4, "[4]")},"b":${u8(1, 3)}}`, 4), /overlaps/],
    [
      "an empty tensor inside another",
      safetensorsFile(`{"a":${u8(0, 4, "[4]")},"b":${u8(1, 1, "[0]")}}`, 4),
      /overlaps/,
    ],
    [
      "a hole before the first tensor",
      safetensorsFile(one(u8(1, 3)), 3),
      /"a" begins at 1 and leaves a hole behind the start/,
    ],
    [
      "a hole between tensors",
      safetensorsFile(`{"b":${u8(3, 5)},"a":${u8(0, 2)}}`, 5),
      /"b" begins at 3 and leaves a hole behind the tensor "a"/,
    ],
    ["bytes behind the last tensor", safetensorsFile(one(u8(0, 2)), 3), /end at 2, but the file has 3/],
    ["bytes without tensors", safetensorsFile("{}", 1), /end at 0, but the file has 1/],
    ["a string without end", safetensorsFile('{"a'), /a string that ends/],
    ["a string that ends in a backslash", safetensorsFile('{"a\\"'), /a string that ends/],
    ["a line break in a string", safetensorsFile('{"a\n":1}'), /valid characters and escapes/],
    ["an unknown escape", safetensorsFile(String.raw`{"a\x":1}`), /valid characters and escapes/],
    ["half a surrogate pair", safetensorsFile(String.raw`{"\ud800":1}`), /valid characters and escapes/],
    ["a key in single quotes", safetensorsFile("{'a':1}"), /where a string must be/],
  ])("%s", (_, file, reason) => {
    const allocator = new CountingAllocator();
    const error = thrownBy(() => readSafetensors(file, { allocator }));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).message).toMatch(reason);
    expect((error as FormatError).message.length).toBeLessThan(600);
    expect(allocator.allocs).toBe(0);
  });

  test("more tensors than any model has are refused before any of them is allocated", () => {
    const entries = Array.from(
      { length: 2 ** 18 + 1 },
      (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`,
    );
    const file = safetensorsFile(new TextEncoder().encode(`{${entries.join(",")}}`));
    expect(() => readSafetensorsHeader(file)).toThrow(/more than 262144 tensors/);
    const fewer = readSafetensorsHeader(
      safetensorsFile(new TextEncoder().encode(`{${entries.slice(0, 50_000).join(",")}}`)),
    );
    expect(fewer.tensors.size).toBe(50_000);
  });

  test("an allocator without room is an OutOfMemoryError, as everywhere", () => {
    const allocator = new CountingAllocator();
    allocator.isExhausted = true;
    expect(() => readSafetensors(mixed, { allocator })).toThrow(OutOfMemoryError);
  });
});
