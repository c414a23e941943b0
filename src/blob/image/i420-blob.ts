import { CompoundBlob, regionsOf } from "../compound-blob.ts";
import type { ROI } from "../roi.ts";
import type { TBlob } from "../tblob.ts";
import type { TensorDesc } from "../tensor-desc.ts";
import { pictureOf, pictureROI } from "./planes.ts";

/**
 * A picture of three planes: luma, and two of chroma at half its width and height. OpenVINO's `I420Blob`. Its desc is
 * U8 [N, 3, H, W] without an order in memory.
 */
export class I420Blob extends CompoundBlob<TBlob<"U8">> {
  declare readonly desc: TensorDesc<"U8">;

  /**
   * @param y U8 [N, 1, H, W] NHWC
   * @param u U8 [N, 1, H / 2, W / 2] NHWC, the blue difference
   * @param v U8 [N, 1, H / 2, W / 2] NHWC, the red difference
   * @throws {BlobError} when one is no memory blob; {@link DescError} when they do not fit together
   */
  constructor(y: TBlob<"U8">, u: TBlob<"U8">, v: TBlob<"U8">) {
    const luma = { name: "Y", blob: y, channels: 1 } as const;
    const chroma = [
      { name: "U", blob: u, channels: 1 },
      { name: "V", blob: v, channels: 1 },
    ] as const;
    super([y, u, v], pictureOf("I420Blob", luma, chroma));
  }

  get y(): TBlob<"U8"> {
    return this.blobs[0]!;
  }

  get u(): TBlob<"U8"> {
    return this.blobs[1]!;
  }

  get v(): TBlob<"U8"> {
    return this.blobs[2]!;
  }

  /**
   * A rectangle of one image, without a copy: the same part of all planes.
   *
   * @throws {DescError} when a position or size is odd, or the rectangle is not inside the image
   * @throws {BlobError} when a plane is not allocated
   */
  override createROI(roi: ROI): I420Blob {
    const { luma, half } = pictureROI(roi);
    const [y, u, v] = regionsOf([
      [this.y, luma],
      [this.u, half],
      [this.v, half],
    ]) as [TBlob<"U8">, TBlob<"U8">, TBlob<"U8">];
    return new I420Blob(y, u, v);
  }
}
