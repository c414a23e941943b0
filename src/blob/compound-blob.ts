import { BlobError, describe } from "../errors.ts";
import { Blob } from "./blob.ts";
import { MemoryBlob } from "./memory-blob.ts";
import type { ROI } from "./roi.ts";
import { TBlob } from "./tblob.ts";
import { TensorDesc } from "./tensor-desc.ts";

const UNSPECIFIED: TensorDesc = new TensorDesc("UNSPECIFIED", [], "ANY");

/**
 * Several blobs that belong together, such as the planes of a picture: OpenVINO's `CompoundBlob`.
 *
 * It has no memory of its own: its size is the number of its members, and its members are what is mapped. So it needs no
 * disposal. Disposing it all the same deallocates its members: one `using` gives back a region of it, whose members
 * nobody else has. Do not dispose one whose members are still needed.
 */
export class CompoundBlob<M extends MemoryBlob = MemoryBlob> extends Blob {
  override readonly desc: TensorDesc;
  /** The members, in the order in which they were given. */
  readonly blobs: readonly M[];

  /**
   * @param blobs memory blobs, any number of them
   * @param desc for subclasses: what the members are together. Default: UNSPECIFIED, without dims, layout ANY
   * @throws {BlobError} when one is no blob, or compound itself
   */
  constructor(blobs: readonly M[], desc: TensorDesc = UNSPECIFIED) {
    super();
    this.blobs = memoryBlobs(new.target.name, blobs);
    this.desc = desc;
  }

  /** How many members there are. */
  override get size(): number {
    return this.blobs.length;
  }

  /**
   * The same rectangle of every member. The regions share the memory of the members.
   *
   * @throws {BlobError} when a member is not allocated, or not in host memory
   * @throws {DescError} when a member is not NCHW or NHWC, or the rectangle is not inside it
   */
  createROI(roi: ROI): CompoundBlob<TBlob> {
    return new CompoundBlob(regionsOf(this.blobs.map((blob) => [blob, roi])));
  }

  /** Deallocates the members in host memory. Returns whether any of them had memory. */
  deallocate(): boolean {
    return this.blobs.filter((blob) => blob instanceof TBlob && blob.deallocate()).length > 0;
  }

  [Symbol.dispose](): void {
    this.deallocate();
  }
}

/** A frozen copy of a list of memory blobs. @throws {BlobError} for anything else, saying which */
export function memoryBlobs<M extends MemoryBlob>(owner: string, blobs: readonly M[]): readonly M[] {
  if (!Array.isArray(blobs)) {
    throw new BlobError(`${owner}: the members are a list of blobs, not ${describe(blobs)}. Write them as [a, b].`);
  }
  // By index: a list with holes would skip them otherwise.
  for (let i = 0; i < blobs.length; i++) {
    const blob: unknown = blobs[i];
    if (blob instanceof MemoryBlob) continue;
    const cure = blob instanceof CompoundBlob ? "Give its members instead." : "Leave it out.";
    throw new BlobError(`${owner}: member ${i} of ${blobs.length} is ${describe(blob)}, no memory blob. ${cure}`);
  }
  return Object.freeze([...(blobs as readonly M[])]);
}

/** A region of each blob. When one is refused, those that were made are given back. */
export function regionsOf(parts: readonly (readonly [MemoryBlob, ROI])[]): TBlob[] {
  const regions: TBlob[] = [];
  try {
    for (const [blob, roi] of parts) {
      if (!(blob instanceof TBlob)) {
        throw new BlobError(`createROI: ${describe(blob)} is not in host memory. Copy it into a TBlob first.`);
      }
      regions.push(blob.createROI(roi));
    }
  } catch (error) {
    for (const region of regions) region.deallocate();
    throw error;
  }
  return regions;
}
