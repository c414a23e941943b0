import { BlobError, describe } from "../errors.ts";
import { IS_LITTLE_ENDIAN } from "./byte-order.ts";
import { denseDesc, newFile, writeElements } from "./dense-elements.ts";
import { planSafetensors } from "./safetensors-plan.ts";
import type { PlannedTensor, SafetensorsMetadata, SafetensorsPlan, SafetensorsRecord } from "./safetensors-plan.ts";

/**
 * The file of {@link writeSafetensors} in pieces: the header, then one piece for each tensor.
 *
 * A tensor that lies in memory as in the file is not copied: the piece is the blob's memory, locked for reading until the
 * next piece is asked for or the loop is left. So finish with a piece before asking for the next, and do not write to it.
 *
 * @throws {FormatError} and {@link BlobError} as `writeSafetensors`, at once; {@link BlobError} in the loop, when a blob's
 *   shape or memory was changed since
 *
 * @example
 * const file = await open("out.safetensors", "w"); // of node:fs/promises
 * for (const piece of safetensorsChunks({ weight, bias })) await file.writeFile(piece);
 * await file.close();
 */
export function safetensorsChunks(
  record: SafetensorsRecord,
  metadata?: SafetensorsMetadata,
): Generator<Uint8Array, void> {
  return pieces(planSafetensors(record, metadata));
}

function* pieces({ header, tensors }: SafetensorsPlan): Generator<Uint8Array, void> {
  yield header;
  for (const tensor of tensors) {
    const { blob, desc, name } = tensor;
    if (blob.desc !== desc) {
      throw new BlobError(
        `The tensor ${describe(name)} was reshaped to ${blob.desc.toString()} while it was written. Write it again.`,
      );
    }
    if (isAsInFile(tensor)) {
      const map = blob.rmap();
      try {
        yield map.bytes as Uint8Array;
      } finally {
        map.dispose();
      }
    } else {
      const copy = newFile(desc.byteSize, "Write smaller tensors, or free something.");
      writeElements(blob, copy);
      yield copy;
    }
  }
}

function isAsInFile({ desc }: PlannedTensor): boolean {
  return IS_LITTLE_ENDIAN && desc.precision.kind !== "BOOL" && desc.blocking.equals(denseDesc(desc).blocking);
}
