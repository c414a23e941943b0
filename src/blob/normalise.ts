import { BlobError, DescError, describe } from "../errors.ts";
import { assertSameElements } from "./copy-elements.ts";
import { overlap } from "./copy/words.ts";
import type { LockedMemory } from "./locked-memory.ts";
import { FloatLookUp } from "./normalise/float-look-up.ts";
import { HalfLookUp } from "./normalise/half-look-up.ts";
import { channelDim, knownImagePlan, makeImagePlan } from "./normalise/image-plan.ts";
import type { ImagePlan } from "./normalise/image-plan.ts";
import { halvesOf, tablesFor } from "./normalise/tables.ts";
import type { NormaliseOptions, Tables } from "./normalise/tables.ts";
import { walkPlanes } from "./plane-plan.ts";
import { TBlob } from "./tblob.ts";
import type { TensorDesc } from "./tensor-desc.ts";

const floats: FloatLookUp = new FloatLookUp();
const halves: HalfLookUp = new HalfLookUp();
const NO_OPTIONS: NormaliseOptions = Object.freeze({});

/**
 * Makes a network's input of an image's bytes: `(value × scale − mean) ÷ std` for each channel, from U8 to FP32 or FP16,
 * between any two layouts, strides and regions of equal dims. The channel is dim 1 of N, C, H, W, and dim 0 of C, H, W.
 *
 * The parameters as the field has them: torchvision's ToTensor and Normalize are the default `scale` with `mean` and `std`
 * in 0..1; OpenVINO's mean values and scale values are `scale: 1` with `mean` and `std` in 0..255. `mean` and `std` are in
 * the order of the target's channels. Results are computed in double precision and rounded once.
 *
 * Called again with the same parameters and blobs, it makes no garbage but the two maps and some numbers, a few hundred
 * bytes whatever the size of the image. For the first
 * three channels of RGBA, or a part of an image, pass a region: `image.createROI([0, 0, 0, 0], [1, 3, height, width])`.
 *
 * @throws {DescError} when dims or rank do not fit, for other precisions, for layouts that split the channels into blocks,
 *   and for parameters that are not finite or not one per channel; {@link BlobError} when one of the two has no memory, is no TBlob, or
 *   is not aligned to its precision. Nothing is written then.
 *
 * @example
 * normalise(frame, input, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
 */
export function normalise(
  source: TBlob<"U8">,
  target: TBlob<"FP32" | "FP16">,
  options: NormaliseOptions = NO_OPTIONS,
): void {
  assertImage("source", source);
  assertImage("target", target);
  if (typeof options !== "object" || options === null) {
    throw new DescError(`The options are { scale?, mean?, std?, reverseChannels? }, not ${describe(options)}.`);
  }
  const plan = planFor(source.desc, target.desc, options.reverseChannels === true);
  const tables = tablesFor(options, source.desc.dims[channelDim(source.desc)]!);
  const from = source.rmap();
  try {
    const to = target.wmap();
    try {
      if (plan !== undefined) run(plan, tables, from.bytes as Uint8Array, to);
    } finally {
      to.dispose();
    }
  } finally {
    from.dispose();
  }
}

function run(plan: ImagePlan, tables: Tables, bytes: Uint8Array, target: LockedMemory<"FP32" | "FP16">): void {
  const { data } = target;
  const from = overlap(bytes, target.bytes) ? new Uint8Array(bytes) : bytes;
  try {
    if (data instanceof Float32Array) walkPlanes(plan, floats.bind(plan, tables.floats, from, data));
    else walkPlanes(plan, halves.bind(plan, halvesOf(tables), from, bitsOf(data)));
  } finally {
    floats.release();
    halves.release();
  }
}

/** `undefined` for an image without pixels. */
function planFor(source: TensorDesc, target: TensorDesc, isReversed: boolean): ImagePlan | undefined {
  const known = knownImagePlan(source, target, isReversed);
  if (known !== undefined) return known;
  assertImages(source, target);
  return source.size > 0 ? makeImagePlan(source, target, isReversed) : undefined;
}

const bitsByView = new WeakMap<ArrayBufferView, Uint16Array>();

/** The bits of FP16 data, which are a `Float16Array` where the runtime has it. */
function bitsOf(data: ArrayBufferView): Uint16Array {
  if (data instanceof Uint16Array) return data;
  let bits = bitsByView.get(data);
  if (bits === undefined) {
    bits = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    bitsByView.set(data, bits);
  }
  return bits;
}

function assertImages(source: TensorDesc, target: TensorDesc): void {
  const [from, to] = [source.precision, target.precision];
  if (from.kind !== "U8" || (to.kind !== "FP32" && to.kind !== "FP16")) {
    throw new DescError(
      `normalise goes from U8 to FP32 or FP16, not from ${from.name} to ${to.name}. Convert with convertTo.`,
    );
  }
  assertSameElements(source, target, "normalised");
  channelDim(source);
  if (source.layout === "ANY") throw new DescError("ANY does not say where the channels lie. Choose a layout.");
}

function assertImage(name: string, value: unknown): asserts value is TBlob {
  if (value instanceof TBlob) return;
  throw new BlobError(`normalise: the ${name} is a TBlob, not ${describe(value)}. Wrap an array with createBlob.`);
}
