import { CompoundBlob, regionsOf } from "../compound-blob.ts";
import type { ROI } from "../roi.ts";
import type { TBlob } from "../tblob.ts";
import type { TensorDesc } from "../tensor-desc.ts";
import { pictureOf, pictureROI } from "./planes.ts";

/**
 * A picture as cameras and video decoders give it: a plane of luma, and one of interleaved chroma at half its width and
 * height. OpenVINO's `NV12Blob`. Its desc is U8 [N, 3, H, W] without an order in memory.
 */
export class NV12Blob extends CompoundBlob<TBlob<"U8">> {
  declare readonly desc: TensorDesc<"U8">;

  /**
   * @param y U8 [N, 1, H, W] NHWC
   * @param uv U8 [N, 2, H / 2, W / 2] NHWC
   * @throws {BlobError} when one is no memory blob; {@link DescError} when they do not fit together
   */
  constructor(y: TBlob<"U8">, uv: TBlob<"U8">) {
    const luma = { name: "Y", blob: y, channels: 1 } as const;
    super([y, uv], pictureOf("NV12Blob", luma, [{ name: "UV", blob: uv, channels: 2 }]));
  }

  get y(): TBlob<"U8"> {
    return this.blobs[0]!;
  }

  get uv(): TBlob<"U8"> {
    return this.blobs[1]!;
  }

  /**
   * A rectangle of one image, without a copy: the same part of both planes.
   *
   * @throws {DescError} when a position or size is odd, or the rectangle is not inside the image
   * @throws {BlobError} when a plane is not allocated
   */
  override createROI(roi: ROI): NV12Blob {
    const { luma, half } = pictureROI(roi);
    const [y, uv] = regionsOf([
      [this.y, luma],
      [this.uv, half],
    ]) as [TBlob<"U8">, TBlob<"U8">];
    return new NV12Blob(y, uv);
  }
}
