import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { createBlob } from "../blob/create-blob.ts";
import type { PrecisionName } from "../blob/precision.ts";
import { TBlob } from "../blob/tblob.ts";
import type { TensorDescLike } from "../blob/tensor-desc.ts";
import { BlobError, DescError, OutOfMemoryError } from "../errors.ts";
import {
  COMMON_PRECISIONS,
  ascii,
  bytesOf,
  concat,
  elementsOf,
  fromBase64,
  npyFile,
  patterned,
  thrownBy,
} from "./bytes.fixture.ts";
import { FormatError } from "./format-error.ts";
import { readNpyHeader } from "./npy-header.ts";
import { NPY_BY_ARRAY, NPY_BY_DTYPE } from "./npy.fixture.ts";
import { readNpy } from "./read-npy.ts";
import { writeNpy } from "./write-npy.ts";

const KINDS: Readonly<Record<string, string>> = {
  f8: "FP64",
  f4: "FP32",
  f2: "FP16",
  i8: "I64",
  u8: "U64",
  i4: "I32",
  u4: "U32",
  i2: "I16",
  u2: "U16",
  i1: "I8",
  u1: "U8",
  b1: "BOOL",
};

/** The text of a header. */
function dict(shape: string, descr = "'|u1'", order = "False"): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
}

/** The bytes of 0 to 5 in a precision; of their truth values for BOOL. */
function zeroToFive(kind: PrecisionName): number[] {
  const numbers = [0, 1, 2, 3, 4, 5];
  if (kind === "BOOL") return [0, 1, 1, 1, 1, 1];
  if (kind === "FP16") return [0, 0, 0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44, 0, 0x45];
  using blob = createBlob({ precision: kind, dims: [6] });
  const map = blob.wmap();
  const isBig = kind === "I64" || kind === "U64";
  numbers.forEach((value, i) => {
    (map.data as (number | bigint)[] | Uint8Array)[i] = (isBig ? BigInt(value) : value) as number;
  });
  map.dispose();
  return bytesOf(blob);
}

describe("files that NumPy wrote", () => {
  test.each(Object.entries(NPY_BY_DTYPE))("%s elements have NumPy's values", (dtype, base64) => {
    using blob = readNpy(fromBase64(base64));
    const { precision } = blob.desc;
    expect(precision.name).toBe(KINDS[dtype.slice(1)]);
    expect(blob.desc.dims).toEqual([2, 3]);
    expect(blob.desc.layout).toBe("NC");
    expect(bytesOf(blob)).toEqual(zeroToFive(precision.kind));
  });

  test.each(Object.entries(NPY_BY_DTYPE).filter(([dtype]) => !dtype.startsWith(">")))(
    "%s is written byte by byte as NumPy writes it",
    (_, base64) => {
      const file = fromBase64(base64);
      using blob = readNpy(file);
      expect(writeNpy(blob)).toEqual(file);
    },
  );

  test.each(["scalar", "empty", "vector"] as const)("so is the array: %s", (name) => {
    const file = fromBase64(NPY_BY_ARRAY[name]);
    using blob = readNpy(file);
    expect(writeNpy(blob)).toEqual(file);
  });

  test("an array in Fortran order is put into C order", () => {
    using blob = readNpy(fromBase64(NPY_BY_ARRAY.fortran));
    expect(blob.desc.dims).toEqual([2, 3, 4]);
    expect(blob.desc.layout).toBe("CHW");
    expect(elementsOf(blob)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  test("an array in Fortran order with the highest byte first is put into C order and turned around", () => {
    using blob = readNpy(fromBase64(NPY_BY_ARRAY.fortranBigEndian));
    expect(elementsOf(blob)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("an array without dims is a scalar", () => {
    using blob = readNpy(fromBase64(NPY_BY_ARRAY.scalar));
    expect(blob.desc.layout).toBe("SCALAR");
    expect(elementsOf(blob)).toEqual([1.5]);
  });

  test("an array with a dim of 0 has no elements", () => {
    using blob = readNpy(fromBase64(NPY_BY_ARRAY.empty));
    expect(blob.desc.dims).toEqual([2, 0, 3]);
    expect(blob.size).toBe(0);
  });

  test.each([
    ["vector", "1.0"],
    ["vector2", "2.0"],
    ["vector3", "3.0"],
  ] as const)("the array %s of version %s is read", (name, version) => {
    const file = fromBase64(NPY_BY_ARRAY[name]);
    expect(readNpyHeader(file).version).toBe(version);
    using blob = readNpy(file);
    expect(elementsOf(blob)).toEqual([0, 1, 2]);
  });

  test("structured and complex arrays are refused with the cure", () => {
    expect(() => readNpy(fromBase64(NPY_BY_ARRAY.structured))).toThrow(/structured.*Save each field/);
    expect(() => readNpy(fromBase64(NPY_BY_ARRAY.complex))).toThrow(/"<c8": complex.*Save the real and the imaginary/);
  });
});

describe("reading", () => {
  test("goes into memory of the allocator, one block, and leaves no lock", () => {
    const allocator = new CountingAllocator();
    const blob = readNpy(fromBase64(NPY_BY_ARRAY.fortran), { allocator });
    expect(blob.allocator).toBe(allocator);
    expect(allocator.liveBytes).toBe(96);
    expect(allocator.allocs).toBe(1);
    expect(allocator.locks).toBe(0);
    blob.deallocate();
    expect(allocator.liveCount).toBe(0);
  });

  test("works from any offset of a buffer", () => {
    const file = fromBase64(NPY_BY_DTYPE["<f8"]!);
    const shifted = new Uint8Array(new ArrayBuffer(file.byteLength + 3), 3);
    shifted.set(file);
    using blob = readNpy(shifted);
    expect(elementsOf(blob)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("an array of a file of several is found by its header", () => {
    const first = fromBase64(NPY_BY_ARRAY.vector);
    const both = concat(first, fromBase64(NPY_BY_ARRAY.scalar));
    const error = thrownBy(() => readNpy(both));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).message).toContain(`bytes.subarray(0, ${first.byteLength})`);
    const { offset, byteSize } = readNpyHeader(both);
    using second = readNpy(both.subarray(offset + byteSize));
    expect(elementsOf(second)).toEqual([1.5]);
  });

  test("a header is read from the start of a file", () => {
    const header = readNpyHeader(fromBase64(NPY_BY_ARRAY.fortran).subarray(0, 128));
    expect(header).toEqual({
      version: "1.0",
      precision: "I32",
      dims: [2, 3, 4],
      isBigEndian: false,
      isFortranOrder: true,
      offset: 128,
      byteSize: 96,
    });
  });

  test.each([
    ["keys in another order", `{"shape":(2,),'fortran_order':False,"descr":'|u1'}`],
    ["the integers of Python 2", "{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }"],
    ["a comma behind the last dim", "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1,)}\n"],
    ["a useless byte order", "{'descr': '<u1', 'fortran_order': False, 'shape': (2,)}"],
  ])("a header with %s is read", (_, header) => {
    using blob = readNpy(npyFile(header, [7, 9]));
    expect(elementsOf(blob)).toEqual([7, 9]);
  });

  test("64 dims are read", () => {
    using blob = readNpy(npyFile(`{'descr': '|u1', 'fortran_order': True, 'shape': (${"1, ".repeat(64)})}`, [5]));
    expect(blob.desc.rank).toBe(64);
    expect(elementsOf(blob)).toEqual([5]);
  });

  test("leaves nothing allocated when the allocator has no room or refuses the lock", () => {
    const allocator = new CountingAllocator();
    const file = fromBase64(NPY_BY_ARRAY.vector);
    allocator.lockError = new BlobError("no lock");
    expect(() => readNpy(file, { allocator })).toThrow("no lock");
    expect(allocator.liveCount).toBe(0);
    allocator.isExhausted = true;
    expect(() => readNpy(file, { allocator })).toThrow(OutOfMemoryError);
  });

  test("refuses options and bytes of another kind", () => {
    const file = fromBase64(NPY_BY_ARRAY.vector);
    const allocator = new CountingAllocator();
    expect(() => readNpy(file, allocator as never)).toThrow(/options for reading are \{ allocator \}/);
    expect(() => readNpy(file, { allocator: {} as never })).toThrow(BlobError);
    expect(() => readNpy(file.buffer as never)).toThrow(/new Uint8Array\(arrayBuffer\)/);
    expect(() => readNpy(undefined as never)).toThrow(FormatError);
  });
});

describe("writing", () => {
  test("starts the elements at a multiple of 64 bytes, behind a newline", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }), (dims) => {
        using blob = patterned({ precision: "U8", dims }, 1);
        const file = writeNpy(blob);
        const { offset } = readNpyHeader(file);
        expect(offset % 64).toBe(0);
        expect(file[offset - 1]).toBe(0x0a);
        expect(file.byteLength).toBe(offset + blob.byteSize);
      }),
      { numRuns: 50 },
    );
  });

  test.each(COMMON_PRECISIONS)("%s of any shape comes back", (precision) => {
    const dims = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 7 });
    fc.assert(
      fc.property(dims, fc.nat(255), (shape, seed) => {
        using blob = patterned({ precision, dims: shape }, seed);
        using back = readNpy(writeNpy(blob));
        expect(back.desc.equals(blob.desc)).toBe(true);
        expect(bytesOf(back)).toEqual(bytesOf(blob));
      }),
      { numRuns: 40 },
    );
  });

  test.each<[string, TensorDescLike<"U16">]>([
    ["NHWC", { precision: "U16", dims: [2, 3, 4, 5], layout: "NHWC" }],
    ["CN", { precision: "U16", dims: [4, 5], layout: "CN" }],
    [
      "nChw8c",
      { precision: "U16", dims: [1, 11, 2, 2], layout: { blockDims: [1, 2, 2, 2, 8], order: [0, 1, 2, 3, 1] } },
    ],
    [
      "strided and padded",
      {
        precision: "U16",
        dims: [3, 4],
        layout: { blockDims: [3, 4], order: [0, 1], strides: [10, 2], offsetPadding: 5 },
      },
    ],
  ])("a %s blob is written in the order of its logical dims", (_, desc) => {
    using blob = createBlob(desc);
    const map = blob.wmap();
    map.data.fill(0xffff);
    for (let i = 0; i < blob.size; i++) map.data[blob.desc.offsetAt(i)] = i;
    map.dispose();
    using back = readNpy(writeNpy(blob));
    expect(back.desc.dims).toEqual(blob.desc.dims);
    expect(elementsOf(back)).toEqual(Array.from({ length: blob.size }, (__, i) => i));
  });

  test("makes every true of BOOL a 1", () => {
    using blob = createBlob({ precision: "BOOL", dims: [4] }, { data: Uint8Array.of(0, 1, 2, 255) });
    expect([...writeNpy(blob).subarray(-4)]).toEqual([0, 1, 1, 1]);
    expect(bytesOf(blob)).toEqual([0, 1, 2, 255]);
  });

  test("leaves no lock on the blob", () => {
    const allocator = new CountingAllocator();
    using blob = patterned({ precision: "FP32", dims: [3] }, 1, allocator);
    writeNpy(blob);
    expect(allocator.locks).toBe(0);
    expect(allocator.liveCount).toBe(1);
  });

  test.each(["BF16", "Q78", "U4", "I4", "NF4", "BIN"] as const)("%s, which NumPy has not, is refused", (precision) => {
    using blob = createBlob({ precision, dims: [8] });
    const error = thrownBy(() => writeNpy(blob));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).code).toBe("ERR_FORMAT");
    expect((error as FormatError).format).toBe("npy");
    expect((error as FormatError).message).toMatch(new RegExp(`no dtype for ${precision}.*Convert it`));
  });

  test("what is no blob, has no memory, no layout or too many dims is refused", () => {
    expect(() => writeNpy(new Float32Array(3) as never)).toThrow(/Wrap an array with createBlob/);
    expect(() => writeNpy(new TBlob({ precision: "U8", dims: [3] }))).toThrow(/Call allocate\(\)/);
    using any = createBlob({ precision: "U8", dims: [3], layout: "ANY" });
    expect(() => writeNpy(any)).toThrow(DescError);
    using deep = createBlob({ precision: "U8", dims: Array.from({ length: 65 }, () => 1) });
    expect(() => writeNpy(deep)).toThrow(/64 dims that NumPy takes/);
  });
});

describe("hostile files are refused with a reason", () => {
  const valid = npyFile(dict("(3,)"), [1, 2, 3]);
  const withBytes = (...pairs: readonly [number, number][]): Uint8Array => {
    const file = valid.slice();
    for (const [index, byte] of pairs) file[index] = byte;
    return file;
  };

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /0 bytes/],
    ["half a magic", valid.subarray(0, 4), /4 bytes/],
    ["another magic", withBytes([0, 0x92]), /does not start with/],
    ["a zip archive", concat(ascii("PK\x03\x04"), new Uint8Array(30)), /unpack it first/],
    ["version 0.0", withBytes([6, 0]), /version 0\.0/],
    ["version 4.0", withBytes([6, 4]), /version 4\.0/],
    ["version 1.1", withBytes([7, 1]), /version 1\.1/],
    ["no length", valid.subarray(0, 9), /header ends at byte 10/],
    ["a header beyond the file", withBytes([8, 255]), /header ends at byte 265/],
    ["a header of 64 KiB", withBytes([8, 255], [9, 255]), /65535 bytes, more than/],
    [
      "a header of 4 GiB",
      Uint8Array.of(0x93, ...ascii("NUMPY"), 2, 0, 255, 255, 255, 255),
      /4294967295 bytes, more than/,
    ],
    ["a header of no bytes", npyFile(""), /its end at character 0, where "\{"/],
    ["no dictionary", npyFile("[1, 2, 3]"), /where "\{" must be/],
    ["code", npyFile("__import__('os').system('true')"), /where "\{" must be/],
    ["code as a value", npyFile(dict("(3,)", "open('x')")), /where a string must be/],
    ["deep brackets", npyFile(dict("(".repeat(5000))), /where an integer/],
    ["deep braces", npyFile("{".repeat(9000)), /where a string must be/],
    ["a list as shape", npyFile(dict("[3]"), [1, 2, 3]), /where "\(" must be/],
    ["an integer as shape", npyFile(dict("3"), [1, 2, 3]), /where "\(" must be/],
    ["an integer in brackets as shape", npyFile(dict("(3)"), [1, 2, 3]), /a tuple such as \(3,\)/],
    ["a negative dim", npyFile(dict("(-3,)")), /where an integer from 0/],
    ["a fractional dim", npyFile(dict("(3.0,)")), /where an integer from 0/],
    ["an exponent", npyFile(dict("(3e0,)")), /where an integer from 0/],
    ["a leading zero", npyFile(dict("(03,)"), [1, 2, 3]), /where an integer from 0/],
    ["an underscore", npyFile(dict("(3_0,)")), /where an integer from 0/],
    ["a hexadecimal dim", npyFile(dict("(0x3,)")), /where "," must be/],
    ["True as a dim", npyFile(dict("(True,)"), [1]), /where an integer from 0/],
    ["a dim above 2^53", npyFile(dict("(9007199254740993,)")), /where an integer from 0/],
    ["a dim of a thousand digits", npyFile(dict(`(${"9".repeat(1000)},)`)), /where an integer from 0/],
    ["only a comma", npyFile(dict("(,)")), /where an integer from 0/],
    ["two commas", npyFile(dict("(1,,2)")), /where an integer from 0/],
    ["65 dims", npyFile(dict(`(${"1, ".repeat(65)})`), [1]), /at most 64 integers/],
    ["a product above 2^53", npyFile(dict("(94906267, 94906267)")), /larger than any file/],
    [
      "a product above 2^53 beside a 0",
      npyFile(dict("(0, 9007199254740991, 9007199254740991)")),
      /larger than any file/,
    ],
    ["a terabyte that is not there", npyFile(dict("(1099511627776,)")), /ends at byte 1099511627\d+, but the file has/],
    ["one byte too few", valid.subarray(0, -1), /cut off/],
    ["one byte too many", concat(valid, Uint8Array.of(0)), /If more arrays follow/],
    ["fortran_order 0", npyFile(dict("(3,)", "'|u1'", "0"), [1, 2, 3]), /where True or False/],
    ["fortran_order true", npyFile(dict("(3,)", "'|u1'", "true"), [1, 2, 3]), /where True or False/],
    ["fortran_order Falsely", npyFile(dict("(3,)", "'|u1'", "Falsely"), [1, 2, 3]), /has "ly/],
    ["no shape", npyFile("{'descr': '|u1', 'fortran_order': False}"), /no shape/],
    ["no keys", npyFile("{}"), /no descr and no fortran_order and no shape/],
    ["a key twice", npyFile(`{'shape': (3,), ${dict("(3,)").slice(1)}`, [1, 2, 3]), /each once/],
    ["another key", npyFile(`{'__proto__': (3,), ${dict("(3,)").slice(1)}`, [1, 2, 3]), /one of the keys/],
    ["text behind it", npyFile(`${dict("(3,)").trim()} + 1`, [1, 2, 3]), /only blanks/],
    ["a string without end", npyFile("{'descr': '|u1"), /a string that ends/],
    ["a string with escapes", npyFile(dict("(3,)", "'\\x7cu1'"), [1, 2, 3]), /with escapes/],
    ["no comma", npyFile("{'descr': '|u1' 'fortran_order': False, 'shape': (3,)}"), /where "}" must be/],
    [
      "no byte order",
      npyFile(
        dict("(3,)", "'f4'"),
        Array.from({ length: 12 }, () => 0),
      ),
      /descr is "f4"/,
    ],
    ["the reader's byte order", npyFile(dict("(3,)", "'=f4'")), /descr is "=f4"/],
    ["a float of 2,000,000 bytes", npyFile(dict("(3,)", "'<f2000000'")), /no precision has/],
    ["a float of 16 bytes", npyFile(dict("(3,)", "'<f16'")), /no precision has.*float64/],
    ["Python objects", npyFile(dict("(3,)", "'|O'")), /pickled Python objects/],
    ["strings", npyFile(dict("(3,)", "'<U5'")), /"<U5": strings/],
    ["bytes", npyFile(dict("(3,)", "'|S5'")), /byte strings/],
    ["dates", npyFile(dict("(3,)", "'<M8[ns]'")), /dates/],
    ["bfloat16 as raw bytes", npyFile(dict("(3,)", "'|V2'")), /bfloat16 as safetensors/],
    ["an empty dtype", npyFile(dict("(3,)", "''")), /descr is ""/],
    ["a dtype called constructor", npyFile(dict("(3,)", "'<constructor'")), /descr is "<constructor"/],
    ["a structured type", npyFile(dict("(3,)", "[('a', '<f4')]")), /structured/],
    ["a subarray type", npyFile(dict("(3,)", "('<f4', (2,))")), /structured/],
  ])("%s", (_, file, reason) => {
    const allocator = new CountingAllocator();
    const error = thrownBy(() => readNpy(file, { allocator }));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).message).toMatch(reason);
    expect((error as FormatError).message.length).toBeLessThan(600);
    expect(allocator.allocs).toBe(0);
  });

  test("the file that they are made from is valid", () => {
    using blob = readNpy(valid);
    expect(elementsOf(blob)).toEqual([1, 2, 3]);
  });
});
