/** From a part of an image to the input of a model, in blobs. */
import sharp from "sharp";
import { createBlob, normalise } from "tensorheap";
import type { IAllocator, NormaliseOptions, TBlob } from "tensorheap";
import type { Image, Rectangle } from "./image.ts";

/** Scales the part to the size of the input, and writes it there normalised. Input may be a region of a larger tensor. */
export async function prepare(
  { width, height, pixels }: Image,
  { left, top, right, bottom }: Rectangle,
  input: TBlob<"FP32">,
  options: NormaliseOptions,
  allocator: IAllocator,
): Promise<void> {
  using image = createBlob({ precision: "U8", dims: [1, 3, height, width], layout: "NHWC" }, { data: pixels });
  using part = image.createROI([0, 0, top, left], [1, 3, bottom, right]);
  using crop = part.clone({ allocator });
  using map = crop.rmap();
  const { dims } = input.desc;
  const data = await sharp(map.bytes as Uint8Array, { raw: { width: right - left, height: bottom - top, channels: 3 } })
    .resize(dims[3], dims[2], { fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer();
  using scaled = createBlob({ precision: "U8", dims, layout: "NHWC" }, { data });
  normalise(scaled, input, options);
}
