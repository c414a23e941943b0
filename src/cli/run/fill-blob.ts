import { createBlob } from "../../blob/create-blob.ts";
import type { TBlob } from "../../blob/tblob.ts";
import { Random } from "../../plan/random.ts";

/** Integers of more than 8 bits may be indices or token numbers: small, so that there are that many. */
const MOST_OF_WIDE_INTEGERS = 8;

/**
 * Fills a blob with values that are the same for the same seed: floats from 0 up to 1, evenly; BOOL of both; integers of 8 and
 * 4 bits over all that they can be, since they are quantised; those of more bits from 0 to 7.
 */
export function fillAtRandom(blob: TBlob, seed: number): void {
  const random = new Random(seed);
  const { kind, bits, isFloat } = blob.desc.precision;
  if (isFloat) {
    // Coarse enough for FP16 and BF16 to hold it.
    fillWith(blob, bits < 32 ? () => Math.floor(random.next() * 256) / 256 : () => random.next());
    return;
  }
  const count = kind === "BOOL" ? 2 : bits <= 8 ? 2 ** bits : MOST_OF_WIDE_INTEGERS;
  const least = kind === "I8" || kind === "I4" ? -(count / 2) : 0;
  fillWith(blob, () => least + Math.floor(random.next() * count));
}

/** Writes a number to every element, as the precision holds it. */
export function fillWith(blob: TBlob, next: () => number): void {
  const map = blob.wmap();
  try {
    const data: unknown = map.data;
    const { kind } = blob.desc.precision;
    if (kind === "FP16" || kind === "BF16" || kind === "U4" || kind === "I4") {
      map.dispose();
      convertInto(blob, next);
    } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      for (let i = 0; i < data.length; i++) data[i] = BigInt(Math.trunc(next()));
    } else {
      const numbers = data as Float32Array;
      for (let i = 0; i < numbers.length; i++) numbers[i] = next();
    }
  } finally {
    map.dispose();
  }
}

/** For precisions that have no typed array of numbers everywhere. */
function convertInto(blob: TBlob, next: () => number): void {
  const data = Float32Array.from({ length: blob.size }, next);
  const numbers = createBlob({ precision: "FP32", dims: blob.desc.dims }, { data });
  numbers.convertTo(blob);
  numbers.deallocate();
}
