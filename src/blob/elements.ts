import { DescError } from "../errors.ts";
import type { ReadonlyLockedMemory } from "./locked-memory.ts";
import type { PrecisionName } from "./precision.ts";
import type { TensorDesc } from "./tensor-desc.ts";
import type { DataOf } from "./typed-data.ts";

/** One element of a blob, as `blob.elements()` gives it. */
export interface BlobElement<P extends PrecisionName = PrecisionName> {
  /** One index per logical dim. A list of its own. */
  readonly position: readonly number[];
  /** Where it lies in the `data` of a map of the blob. */
  readonly offset: number;
  /** `data[offset]`: for FP16 without `Float16Array` and for BF16, the bits. */
  readonly value: DataOf<P>[number];
}

/** What is needed of a blob here. */
interface Mappable<P extends PrecisionName> {
  readonly desc: TensorDesc<P>;
  rmap(): ReadonlyLockedMemory<P>;
}

/**
 * Throws unless every element has a place, and one entry of the typed array to itself.
 *
 * @throws {DescError} for layout ANY, and for precisions that are mapped as packed or opaque bytes
 */
export function assertIterable(desc: TensorDesc): void {
  const { precision, layout } = desc;
  if (layout === "ANY") {
    throw new DescError(`elements: ${desc.toString()} does not say where its elements lie. Give it another layout.`);
  }
  const isByte = precision.bits === 8;
  if (isByte || (precision.kind !== "CUSTOM" && precision.bits % 8 === 0)) return;
  throw new DescError(
    `elements: ${precision.name} elements of ${precision.bits} bits are mapped as bytes, not one by one. ` +
      "Read the bytes of a map, or convert the blob first.",
  );
}

/** The elements of a blob in logical order, the last dim fastest. It is mapped from the first step to the last. */
export function* elementsOf<P extends PrecisionName>(blob: Mappable<P>): Generator<BlobElement<P>, void, undefined> {
  const { desc } = blob;
  const map = blob.rmap();
  try {
    const data: ArrayLike<DataOf<P>[number]> = map.data;
    for (const position of positionsOf(desc.dims, desc.size)) {
      const offset = desc.blocking.offsetOf(position);
      yield { position, offset, value: data[offset]! };
    }
  } finally {
    map.dispose();
  }
}

function* positionsOf(dims: readonly number[], count: number): Generator<number[]> {
  const position = dims.map(() => 0);
  for (let i = 0; i < count; i++) {
    yield [...position];
    for (let d = dims.length - 1; d >= 0 && ++position[d]! === dims[d]!; d--) position[d] = 0;
  }
}
