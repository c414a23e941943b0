import type { PrecisionName } from "../blob/precision.ts";
import { Precision } from "../blob/precision.ts";
import { showList } from "../blob/integers.ts";
import { describe } from "../errors.ts";
import { byteSizeOf } from "./extent.ts";
import { FormatError } from "./format-error.ts";
import { HeaderScanner } from "./header-scanner.ts";
import { dtypeOfDescr } from "./npy-dtype.ts";
import { assertBytes } from "./read-options.ts";

/** What a `.npy` file starts with: byte 0x93, then NUMPY. */
export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The longest header text that is read, in bytes: NumPy's own limit. That of a plain array has less than 2,000. */
const MAX_HEADER_BYTES = 10_000;

/** What a `.npy` file says of its array. */
export interface NpyHeader {
  /** Of the format: 1.0, 2.0 or 3.0. They differ in the size of the header's length, and in its encoding. */
  readonly version: string;
  readonly precision: PrecisionName;
  readonly dims: readonly number[];
  /** Whether the highest byte of an element comes first. */
  readonly isBigEndian: boolean;
  /** Whether the first dim is the innermost in the file. */
  readonly isFortranOrder: boolean;
  /** Where the elements start, in bytes from the start of the file. */
  readonly offset: number;
  /** Bytes of the elements. */
  readonly byteSize: number;
}

/**
 * Reads and checks the header of a `.npy` file.
 *
 * The rules are those of `numpy.lib.format`. Of the Python that a header may hold, exactly the dictionary of a plain array
 * is understood: the keys descr, fortran_order and shape in any order, each once.
 *
 * @param bytes the file, or any part from its start that holds the header
 * @throws {FormatError} for anything else, and for a dtype that no precision stands for
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  assertBytes("npy", bytes);
  const version = versionOf(bytes);
  const lengthBytes = version === "1.0" ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.byteLength < start) throw truncated(bytes.byteLength, start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const headerBytes = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new FormatError(
      "npy",
      `the header has ${headerBytes} bytes, more than the ${MAX_HEADER_BYTES} that NumPy reads. ` +
        "A structured array has such a header: save its fields one by one.",
    );
  }
  const offset = start + headerBytes;
  if (bytes.byteLength < offset) throw truncated(bytes.byteLength, offset);
  const { descr, isFortranOrder, dims } = parse(latin1(bytes, start, offset));
  const { precision, isBigEndian } = dtypeOfDescr(descr);
  const byteSize = byteSizeOf(dims, Precision.of(precision).bits);
  if (byteSize === undefined) {
    throw new FormatError(
      "npy",
      `the shape ${showList(dims)} of ${precision} elements is larger than any file. Write it again.`,
    );
  }
  return { version, precision, dims, isBigEndian, isFortranOrder, offset, byteSize };
}

function versionOf(bytes: Uint8Array): string {
  if (bytes.byteLength < 8) throw truncated(bytes.byteLength, 8);
  if (!NPY_MAGIC.every((byte, i) => bytes[i] === byte)) {
    const zip = bytes[0] === 0x50 && bytes[1] === 0x4b;
    throw new FormatError(
      "npy",
      `the file does not start with "\\x93NUMPY". ${zip ? "It is a zip archive, as .npz is: unpack it first." : "Check that it was written by numpy.save."}`,
    );
  }
  const version = `${bytes[6]}.${bytes[7]}`;
  if (["1.0", "2.0", "3.0"].includes(version)) return version;
  throw new FormatError(
    "npy",
    `the file has version ${version} of the format; 1.0, 2.0 and 3.0 are known. Save it again with numpy.save.`,
  );
}

interface Parsed {
  readonly descr: string;
  readonly isFortranOrder: boolean;
  readonly dims: readonly number[];
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` */
function parse(text: string): Parsed {
  const scanner = new HeaderScanner("npy", text);
  let descr: string | undefined;
  let isFortranOrder: boolean | undefined;
  let dims: readonly number[] | undefined;
  scanner.take("{");
  while (!scanner.takes("}")) {
    scanner.skipBlanks();
    const start = scanner.position;
    const key = takeString(scanner);
    scanner.take(":");
    scanner.skipBlanks();
    if (key === "descr" && descr === undefined) descr = takeDescr(scanner);
    else if (key === "fortran_order" && isFortranOrder === undefined) isFortranOrder = takeBoolean(scanner);
    else if (key === "shape" && dims === undefined) dims = takeTuple(scanner);
    else throw scanner.unexpected("one of the keys 'descr', 'fortran_order' and 'shape', each once,", start);
    if (scanner.takes(",")) continue;
    scanner.take("}");
    break;
  }
  scanner.takeEnd();
  if (descr !== undefined && isFortranOrder !== undefined && dims !== undefined) return { descr, isFortranOrder, dims };
  const missing = Object.entries({ descr, fortran_order: isFortranOrder, shape: dims }).flatMap(([key, value]) =>
    value === undefined ? [key] : [],
  );
  throw new FormatError("npy", `the header has no ${missing.join(" and no ")}. Save the array again with numpy.save.`);
}

function takeString(scanner: HeaderScanner): string {
  scanner.skipBlanks();
  const quote = scanner.next;
  if (quote !== "'" && quote !== '"') throw scanner.unexpected("a string");
  const end = scanner.text.indexOf(quote, scanner.position + 1);
  if (end < 0) throw scanner.unexpected("a string that ends");
  const text = scanner.takeUntil(end + 1).slice(1, -1);
  if (!text.includes("\\") && !text.includes("\n")) return text;
  throw new FormatError(
    "npy",
    `the header has the string ${describe(text)}; one with escapes is no key and no dtype. Write it again.`,
  );
}

function takeDescr(scanner: HeaderScanner): string {
  if (scanner.next === "[" || scanner.next === "(") {
    throw new FormatError(
      "npy",
      "the array is structured: its elements have fields. Save each field as an array of its own: a['field'].",
    );
  }
  return takeString(scanner);
}

function takeBoolean(scanner: HeaderScanner): boolean {
  if (scanner.takes("True")) return true;
  if (scanner.takes("False")) return false;
  throw scanner.unexpected("True or False");
}

/** `()`, `(3,)`, `(3, 4)`, `(3, 4,)`; with an L behind each integer as Python 2 wrote it. `(3)` is an integer, no tuple. */
function takeTuple(scanner: HeaderScanner): number[] {
  const start = scanner.position;
  scanner.take("(");
  const dims = scanner.takeIntegers(")", () => scanner.takes("L"), true);
  if (dims.length === 1 && !/,\s*\)$/.test(scanner.text.slice(start, scanner.position))) {
    throw scanner.unexpected("a tuple such as (3,)", start);
  }
  return dims;
}

/** All that a valid header holds is ASCII, which reads the same in the encodings of all versions. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

function truncated(actual: number, needed: number): FormatError {
  return new FormatError(
    "npy",
    `the file has ${actual} bytes, but its header ends at byte ${needed}. It was cut off: get the whole file.`,
  );
}
