import { BlobError, DescError, describe } from "../../errors.ts";
import { overlap } from "../copy/words.ts";
import { sameList, showList } from "../integers.ts";
import { TBlob } from "../tblob.ts";
import type { TensorDesc } from "../tensor-desc.ts";
import { I420Blob } from "./i420-blob.ts";
import { NV12Blob } from "./nv12-blob.ts";
import { convertRow } from "./yuv-row.ts";
import type { Samples } from "./yuv-row.ts";

/** How the colours come out. */
export interface ConvertColourOptions {
  /** Which colour is channel 0, 1 and 2. Default: RGB. */
  readonly order?: "RGB" | "BGR" | undefined;
}

/** One plane of one picture: its bytes, where the sample of image 0, row 0, column 0 is, and the strides. */
interface PlaneView extends Samples {
  readonly start: number;
  readonly image: number;
  readonly row: number;
}

/**
 * Converts a YUV picture, or a region of one, to RGB or BGR, in memory of the caller's: a blob or a region of one. Strides
 * are followed on both sides. Where the two share memory, the source is set aside first.
 *
 * The formula is that of ITU-R BT.601 for limited range (luma 16 … 235, chroma 16 … 240), rounded to the nearest integer,
 * halves up, and clamped. Each sample of chroma is used for its 2 × 2 pixels as it is, without interpolation.
 *
 * @param target U8, NCHW or NHWC, of the dims of the source: [N, 3, H, W]
 * @throws {BlobError} when the source is no such picture or the target no blob, and when one of them is not allocated
 * @throws {DescError} for a target of another precision, layout or other dims, and for an unknown order
 *
 * @example
 * using pixels = createBlob({ precision: "U8", dims: frame.desc.dims, layout: "NHWC" });
 * convertColour(frame, pixels, { order: "BGR" });
 */
export function convertColour(
  source: NV12Blob | I420Blob,
  target: TBlob<"U8">,
  options: ConvertColourOptions = {},
): void {
  const isBgr = isReversed(options);
  assertPicture(source);
  assertTarget(target, source.desc);
  const maps: Disposable[] = [];
  try {
    const views = source.blobs.map((plane) => {
      const map = plane.rmap();
      maps.push(map);
      return map.bytes as Uint8Array;
    });
    const map = target.wmap();
    maps.push(map);
    const bytes = views.map((view) => (overlap(view, map.bytes) ? new Uint8Array(view) : view));
    convertPicture(planesOf(source, bytes), map.bytes, target.desc, isBgr);
  } finally {
    for (const map of maps) map[Symbol.dispose]();
  }
}

function convertPicture(
  [y, u, v]: readonly [PlaneView, PlaneView, PlaneView],
  bytes: Uint8Array,
  desc: TensorDesc,
  isBgr: boolean,
): void {
  const [images, , height, width] = desc.dims as [number, number, number, number];
  if (desc.size === 0) return;
  const out = { bytes, step: strideOf(desc, 3) };
  const channel = strideOf(desc, 1);
  for (let n = 0; n < images; n++) {
    for (let h = 0; h < height; h++) {
      const first = desc.blocking.offsetOf([n, 0, h, 0]);
      const last = first + 2 * channel;
      const start = {
        y: y.start + n * y.image + h * y.row,
        u: u.start + n * u.image + (h >> 1) * u.row,
        v: v.start + n * v.image + (h >> 1) * v.row,
        red: isBgr ? last : first,
        green: first + channel,
        blue: isBgr ? first : last,
      };
      convertRow(y, u, v, out, start, width / 2);
    }
  }
}

/** Luma, then the blue and the red difference. Those of NV12 are two channels of one plane. */
function planesOf(source: NV12Blob | I420Blob, bytes: readonly Uint8Array[]): [PlaneView, PlaneView, PlaneView] {
  const y = planeOf(source.y.desc, bytes[0]!, 0);
  if (source instanceof NV12Blob) {
    return [y, planeOf(source.uv.desc, bytes[1]!, 0), planeOf(source.uv.desc, bytes[1]!, 1)];
  }
  return [y, planeOf(source.u.desc, bytes[1]!, 0), planeOf(source.v.desc, bytes[2]!, 0)];
}

function planeOf(desc: TensorDesc, bytes: Uint8Array, channel: number): PlaneView {
  return {
    bytes,
    start: desc.size === 0 ? 0 : desc.blocking.offsetOf([0, channel, 0, 0]),
    image: strideOf(desc, 0),
    row: strideOf(desc, 2),
    step: strideOf(desc, 3),
  };
}

/** Elements, and so bytes, from one index of a logical dim to the next. */
function strideOf({ blocking }: TensorDesc, dim: number): number {
  return blocking.strides[blocking.order.indexOf(dim)]!;
}

function isReversed(options: ConvertColourOptions): boolean {
  const order: unknown = (options as ConvertColourOptions | null)?.order ?? "RGB";
  if (order === "RGB" || order === "BGR") return order === "BGR";
  throw new DescError(`convertColour: the order is "RGB" or "BGR", not ${describe(order)}. Choose one of them.`);
}

function assertPicture(source: unknown): void {
  if (source instanceof NV12Blob || source instanceof I420Blob) return;
  throw new BlobError(
    `convertColour: the source is an NV12Blob or I420Blob, not ${describe(source)}. Make one of the planes.`,
  );
}

function assertTarget(target: unknown, picture: TensorDesc): void {
  if (!(target instanceof TBlob)) {
    throw new BlobError(
      `convertColour: the target is a TBlob, not ${describe(target)}. Wrap an array with createBlob.`,
    );
  }
  const desc: TensorDesc = target.desc;
  const { precision, layout, dims } = desc;
  if (precision.kind !== "U8") {
    throw new DescError(
      `convertColour: the target is ${desc.toString()}, but colours are U8. Convert them afterwards.`,
    );
  }
  if (layout !== "NCHW" && layout !== "NHWC") {
    throw new DescError(`convertColour: the target is ${desc.toString()}, neither NCHW nor NHWC. Make it one of them.`);
  }
  if (!sameList(dims, picture.dims)) {
    throw new DescError(
      `convertColour: the target has the dims ${showList(dims)}, but the picture has ${showList(picture.dims)}. ` +
        "Use a target, or a region of one, of the same dims.",
    );
  }
  if (!target.isAllocated) {
    throw new BlobError(`convertColour: the target ${desc.toString()} has no memory. Call allocate() first.`);
  }
}
