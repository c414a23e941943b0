import { BlobError, DescError, describe } from "../../errors.ts";
import { checkedROI } from "../roi.ts";
import type { ROI } from "../roi.ts";
import { TBlob } from "../tblob.ts";
import { TensorDesc } from "../tensor-desc.ts";

/** One plane of a picture: what it is called and how many channels it must have. The first is luma, the others chroma. */
export interface Plane {
  readonly name: "Y" | "U" | "V" | "UV";
  readonly blob: TBlob;
  readonly channels: number;
}

/**
 * What the planes of a 4:2:0 picture are together: U8, N images of 3 channels of the luma's height and width. Layout ANY,
 * since no memory holds them side by side.
 *
 * Every check is made of all planes before the next one: memory blobs; same element size; U8; NHWC, and so of rank 4;
 * same batch; channels; luma twice as high as chroma; luma twice as wide as chroma.
 *
 * @throws {BlobError} by the first check, {@link DescError} by the others
 */
export function pictureOf(owner: string, luma: Plane, chroma: readonly Plane[]): TensorDesc<"U8"> {
  const planes = [luma, ...chroma];
  for (const { name, blob } of planes) {
    if (blob instanceof TBlob) continue;
    throw new BlobError(
      `${owner}: the ${name} plane must be a memory blob on the host (a TBlob), not ${describe(blob)}. Use createBlob.`,
    );
  }
  const { elementSize } = luma.blob;
  for (const plane of chroma) {
    if (plane.blob.elementSize === elementSize) continue;
    throw refuse(owner, plane, `has elements of ${plane.blob.elementSize} bytes, but those of Y have ${elementSize}`);
  }
  for (const plane of planes) {
    if (plane.blob.desc.precision.kind !== "U8") throw refuse(owner, plane, "must be U8");
  }
  for (const plane of planes) {
    if (plane.blob.desc.layout !== "NHWC") throw refuse(owner, plane, "must be NHWC");
  }
  const [images, , height, width] = dimsOf(luma);
  for (const plane of chroma) {
    const [own] = dimsOf(plane);
    if (own !== images) throw refuse(owner, plane, `has a batch of ${own}, but Y has one of ${images}`);
  }
  for (const plane of planes) {
    const [, own] = dimsOf(plane);
    if (own !== plane.channels) throw refuse(owner, plane, `has ${own} channels, but must have ${plane.channels}`);
  }
  for (const plane of chroma) {
    const [, , own] = dimsOf(plane);
    if (height !== 2 * own) throw refuse(owner, plane, `has the height ${own}, but Y has ${height}, not twice as much`);
  }
  for (const plane of chroma) {
    const [, , , own] = dimsOf(plane);
    if (width !== 2 * own) throw refuse(owner, plane, `has the width ${own}, but Y has ${width}, not twice as much`);
  }
  return new TensorDesc("U8", [images, 3, height, width], "ANY");
}

/**
 * The rectangles of the luma plane and of the chroma planes, half of everything, for one of the picture.
 *
 * @throws {DescError} when a position or size is odd, since four pixels share one sample of chroma
 */
export function pictureROI(roi: ROI): { readonly luma: ROI; readonly half: ROI } {
  // Read once: a getter may change its answer.
  const checked = checkedROI(roi);
  for (const name of ["posX", "posY", "sizeX", "sizeY"] as const) {
    const value = checked[name];
    if (value % 2 === 0) continue;
    throw new DescError(
      `createROI: ${name} is ${value}, which is odd, but 2 × 2 pixels share one sample of chroma. ` +
        `Use ${value - 1} or ${value + 1}.`,
    );
  }
  const { id, posX, posY, sizeX, sizeY } = checked;
  return { luma: checked, half: { id, posX: posX / 2, posY: posY / 2, sizeX: sizeX / 2, sizeY: sizeY / 2 } };
}

function dimsOf({ blob }: Plane): [number, number, number, number] {
  return blob.desc.dims as unknown as [number, number, number, number];
}

function refuse(owner: string, { name, blob, channels }: Plane, reason: string): DescError {
  const dims = name === "Y" ? "[N, 1, H, W]" : `[N, ${channels}, H / 2, W / 2]`;
  return new DescError(
    `${owner}: the ${name} plane is ${blob.desc.toString()}: it ${reason}. Make it U8 ${dims} NHWC.`,
  );
}
