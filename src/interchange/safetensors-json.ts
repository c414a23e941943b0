import { FormatError } from "./format-error.ts";
import { HeaderScanner } from "./header-scanner.ts";

/** The name that no tensor can have: its value is the metadata. */
export const METADATA_KEY = "__metadata__";

/**
 * The most tensors that are read from one file, far above what any model has. A header of 100 MB could name millions of
 * empty ones, each of which costs hundreds of times its bytes in the file.
 */
export const MAX_TENSORS: number = 2 ** 18;

/** One tensor as the header states it, unchecked but for its form. */
export interface StatedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A header as it stands, in the file's order. */
export interface StatedHeader {
  readonly tensors: Map<string, StatedTensor>;
  readonly metadata: Map<string, string>;
}

/**
 * Parses the JSON of a header, and no other JSON: an object of tensors, each `{ dtype, shape, data_offsets }`, and of
 * `__metadata__`, an object of strings. Unlike `JSON.parse`, it refuses duplicate keys, `1.0` and `1e3` as integers, and
 * gives maps, in which `__proto__` is a name like any other.
 *
 * @throws {FormatError} at the first character that does not fit
 */
export function parseSafetensorsJson(text: string): StatedHeader {
  const scanner = new HeaderScanner("safetensors", text);
  if (scanner.next !== "{") throw scanner.unexpected(`"{"`);
  const tensors = new Map<string, StatedTensor>();
  const metadata = new Map<string, string>();
  let hasMetadata = false;
  takeObject(scanner, (key, position) => {
    if (key === METADATA_KEY) {
      if (hasMetadata) throw duplicate(key, position);
      hasMetadata = true;
      takeMetadata(scanner, metadata);
      return;
    }
    if (tensors.has(key)) throw duplicate(key, position);
    if (tensors.size === MAX_TENSORS) {
      throw new FormatError("safetensors", `the file has more than ${MAX_TENSORS} tensors. Split it.`);
    }
    tensors.set(key, takeTensor(scanner));
  });
  scanner.takeEnd();
  return { tensors, metadata };
}

function takeMetadata(scanner: HeaderScanner, metadata: Map<string, string>): void {
  takeObject(scanner, (key, position) => {
    if (metadata.has(key)) throw duplicate(key, position);
    metadata.set(key, takeString(scanner));
  });
}

function takeTensor(scanner: HeaderScanner): StatedTensor {
  scanner.skipBlanks();
  const start = scanner.position;
  let dtype: string | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  takeObject(scanner, (key, position) => {
    if (key === "dtype" && dtype === undefined) dtype = takeString(scanner);
    else if (key === "shape" && shape === undefined) shape = takeList(scanner);
    else if (key === "data_offsets" && offsets === undefined) offsets = takeList(scanner);
    else throw scanner.unexpected("one of the keys dtype, shape and data_offsets, each once,", position);
  });
  const [begin, end, more] = offsets ?? [];
  if (dtype !== undefined && shape !== undefined && begin !== undefined && end !== undefined && more === undefined) {
    return { dtype, shape, begin, end };
  }
  throw scanner.unexpected("a tensor with dtype, shape and two data_offsets", start);
}

/** Calls `takeValue` behind each key's colon. */
function takeObject(scanner: HeaderScanner, takeValue: (key: string, position: number) => void): void {
  scanner.take("{");
  if (scanner.takes("}")) return;
  do {
    scanner.skipBlanks();
    const { position } = scanner;
    const key = takeString(scanner);
    scanner.take(":");
    takeValue(key, position);
  } while (scanner.takes(","));
  scanner.take("}");
}

function takeList(scanner: HeaderScanner): number[] {
  scanner.take("[");
  return scanner.takeIntegers("]");
}

/** A JSON string. Its end is the next quote behind an even number of backslashes; `JSON.parse` does the escapes. */
function takeString(scanner: HeaderScanner): string {
  scanner.skipBlanks();
  const start = scanner.position;
  if (scanner.next !== '"') throw scanner.unexpected("a string");
  const { text } = scanner;
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) throw scanner.unexpected("a string that ends");
  } while (backslashesBefore(text, end) % 2 === 1);
  const value = parsed(scanner.takeUntil(end + 1));
  if (value?.isWellFormed()) return value;
  throw scanner.unexpected("a string of valid characters and escapes", start);
}

function parsed(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

function backslashesBefore(text: string, position: number): number {
  let start = position;
  while (text.charAt(start - 1) === "\\") start--;
  return position - start;
}

function duplicate(key: string, position: number): FormatError {
  const shown = JSON.stringify(key.slice(0, 80));
  const tensor = key === METADATA_KEY ? undefined : key;
  return new FormatError(
    "safetensors",
    `the header has the key ${shown} again at character ${position}. Write the file again with unique names.`,
    tensor,
  );
}
