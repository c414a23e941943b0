/**
 * A report's numbers as bytes, and back: JSON for the shape, and each typed array as differences of neighbours in
 * variable length, seven bits a byte, which is small and compresses well. Arrays of fractions that four decimals do not
 * hold are stored as they are.
 */
type Kind = "f64" | "i32" | "i16" | "u8";
type Numbers = Float64Array | Int32Array | Int16Array | Uint8Array;

/** Stands in the JSON where an array was. `scale` 0 means that it is stored as it is. */
interface ArrayNote {
  readonly $array: Kind;
  readonly length: number;
  readonly scale: number;
  readonly bytes: number;
}

const TEN_THOUSANDTHS = 1e4;

/** Packs plain data with typed arrays in it. Undefined, functions and cycles are not plain data. */
export function pack(value: unknown): Uint8Array {
  const parts: Uint8Array[] = [];
  const json = JSON.stringify(value, (_, item: unknown) => {
    const kind = kindOf(item);
    if (kind === undefined) return item;
    const values = item as Numbers;
    const scale = scaleFor(values);
    const bytes = scale === 0 ? new Uint8Array(Float64Array.from(values).buffer) : packNumbers(values, scale);
    parts.push(bytes);
    return { $array: kind, length: values.length, scale, bytes: bytes.length } satisfies ArrayNote;
  });
  const head = new TextEncoder().encode(json);
  const packed = new Uint8Array(4 + head.length + parts.reduce((sum, part) => sum + part.length, 0));
  new DataView(packed.buffer).setUint32(0, head.length, true);
  packed.set(head, 4);
  let at = 4 + head.length;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

/** What {@link pack} was given. */
export function unpack(packed: Uint8Array): unknown {
  const headLength = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  const head: unknown = JSON.parse(new TextDecoder().decode(packed.subarray(4, 4 + headLength)));
  let at = 4 + headLength;
  return restore(head);

  // The walk meets the arrays in the order in which they were written.
  function restore(item: unknown): unknown {
    if (Array.isArray(item)) return item.map(restore);
    if (item === null || typeof item !== "object") return item;
    if ("$array" in item) return unpackArray(item as ArrayNote);
    return Object.fromEntries(Object.entries(item).map(([key, member]) => [key, restore(member)]));
  }

  function unpackArray(note: ArrayNote): Numbers {
    const bytes = packed.subarray(at, at + note.bytes);
    at += note.bytes;
    if (note.scale === 0) return new Float64Array(bytes.slice().buffer);
    return unpackNumbers(bytes, note.scale, emptyArray(note.$array, note.length));
  }
}

function kindOf(item: unknown): Kind | undefined {
  if (item instanceof Float64Array) return "f64";
  if (item instanceof Int32Array) return "i32";
  if (item instanceof Int16Array) return "i16";
  return item instanceof Uint8Array ? "u8" : undefined;
}

function emptyArray(kind: Kind, length: number): Numbers {
  if (kind === "f64") return new Float64Array(length);
  if (kind === "i32") return new Int32Array(length);
  return kind === "i16" ? new Int16Array(length) : new Uint8Array(length);
}

/** What makes all values integers whose differences are exact: 1, 10,000, or 0 when nothing does. */
function scaleFor(values: Numbers): number {
  if (!(values instanceof Float64Array)) return 1;
  if (values.every((value) => Math.abs(value) < 2 ** 51 && Number.isInteger(value))) return 1;
  const fits = (value: number): boolean =>
    Math.abs(value) < 2 ** 37 && Math.round(value * TEN_THOUSANDTHS) / TEN_THOUSANDTHS === value;
  return values.every(fits) ? TEN_THOUSANDTHS : 0;
}

/** The difference `d` is written as 2d, or -2d - 1 below zero, lowest seven bits first. */
function packNumbers(values: Numbers, scale: number): Uint8Array {
  let bytes = new Uint8Array(values.length * 3 + 16);
  let at = 0;
  let previous = 0;
  for (const value of values) {
    const current = scale === 1 ? value : Math.round(value * scale);
    const difference = current - previous;
    previous = current;
    let rest = difference < 0 ? -2 * difference - 1 : 2 * difference;
    if (at + 10 > bytes.length) {
      const larger = new Uint8Array(bytes.length * 2);
      larger.set(bytes);
      bytes = larger;
    }
    while (rest >= 128) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    bytes[at++] = rest;
  }
  return bytes.slice(0, at);
}

function unpackNumbers(bytes: Uint8Array, scale: number, values: Numbers): Numbers {
  let at = 0;
  let previous = 0;
  for (let index = 0; index < values.length; index++) {
    let byte = bytes[at++]!;
    let number = byte & 127;
    for (let factor = 128; byte >= 128; factor *= 128) {
      byte = bytes[at++]!;
      number += (byte & 127) * factor;
    }
    previous += number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    values[index] = scale === 1 ? previous : previous / scale;
  }
  return values;
}
