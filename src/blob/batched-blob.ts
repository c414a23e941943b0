import { BlobError, DescError } from "../errors.ts";
import { CompoundBlob, memoryBlobs, regionsOf } from "./compound-blob.ts";
import { showList } from "./integers.ts";
import type { LayoutName } from "./layout.ts";
import type { PrecisionName } from "./precision.ts";
import type { ROI } from "./roi.ts";
import type { TBlob } from "./tblob.ts";
import { TensorDesc } from "./tensor-desc.ts";

/** The layout of a batch by that of its members: those whose first dim is the batch keep theirs, others gain one. */
const BATCH_LAYOUTS: Partial<Record<LayoutName, LayoutName>> = {
  NCHW: "NCHW",
  NHWC: "NHWC",
  NCDHW: "NCDHW",
  NDHWC: "NDHWC",
  NC: "NC",
  CN: "CN",
  C: "NC",
  CHW: "NCHW",
  HWC: "NHWC",
};

/**
 * Blobs that are the items of one batch, wherever each of them lies: OpenVINO's `BatchedBlob`. Its desc is that of the
 * batch, as if it were packed in one block.
 *
 * Members are NCHW, NHWC, NCDHW, NDHWC, NC or CN with a batch of 1, or C, CHW or HWC without a batch.
 */
export class BatchedBlob<P extends PrecisionName = PrecisionName> extends CompoundBlob<TBlob<P>> {
  declare readonly desc: TensorDesc<P>;

  /**
   * @param blobs one or more with equal descs, strides included
   * @throws {BlobError} when there is none, or one is no memory blob
   * @throws {DescError} when the descs differ, the layout is another one, or a member is a batch of more or fewer than 1
   */
  constructor(blobs: readonly TBlob<P>[]) {
    super(blobs, batchOf(memoryBlobs("BatchedBlob", blobs)));
  }

  /** The same rectangle of every member, as a batch. `id` is the image within a member: 0. Throws as in `CompoundBlob` */
  override createROI(roi: ROI): BatchedBlob<P> {
    return new BatchedBlob(regionsOf(this.blobs.map((blob) => [blob, roi])) as TBlob<P>[]);
  }
}

function batchOf<P extends PrecisionName>(blobs: readonly TBlob<P>[]): TensorDesc<P> {
  const desc = blobs[0]?.desc;
  if (desc === undefined) throw new BlobError("BatchedBlob: a batch of 0 blobs has no desc. Give it 1 or more.");
  assertEqual(desc, blobs);
  const { precision, dims, layout } = desc;
  const batchLayout = BATCH_LAYOUTS[layout];
  if (batchLayout === undefined) {
    throw new DescError(
      `BatchedBlob: ${desc.toString()} cannot be batched. Use one of ${Object.keys(BATCH_LAYOUTS).join(", ")}.`,
    );
  }
  if (batchLayout !== layout) return new TensorDesc(precision, [blobs.length, ...dims], batchLayout);
  if (dims[0] !== 1) {
    throw new DescError(
      `BatchedBlob: dims[0] of ${desc.toString()} is ${dims[0]}, but a member is a batch of 1. ` +
        "Give each image as a blob of its own: createROI makes one without a copy.",
    );
  }
  return new TensorDesc(precision, [blobs.length, ...dims.slice(1)], batchLayout);
}

function assertEqual(desc: TensorDesc, blobs: readonly TBlob[]): void {
  const other = blobs.findIndex((blob) => !blob.desc.equals(desc));
  if (other < 0) return;
  const { strides } = blobs[other]!.desc.blocking;
  throw new DescError(
    `BatchedBlob: member ${other} is ${blobs[other]!.desc.toString()} with strides ${showList(strides)}, but member 0 is ` +
      `${desc.toString()} with strides ${showList(desc.blocking.strides)}. Give all of them the same desc: clone packs one.`,
  );
}
