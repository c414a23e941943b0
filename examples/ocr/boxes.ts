/**
 * From the detector's map to boxes around lines of text: the post-processing of "Real-time Scene Text Detection with
 * Differentiable Binarization" (Liao et al., 2020), with upright boxes. The map holds, for each pixel, how likely it is
 * the core of a line; the network shrinks lines so that neighbours stay apart, and a box grows back by area / perimeter.
 */
import type { Rectangle } from "./image.ts";

const PIXEL_THRESHOLD = 0.3;
const BOX_THRESHOLD = 0.6;
const GROWTH = 1.6;
const SMALLEST_SIDE = 3;

/**
 * @param map width × height probabilities
 * @param seen width × height bytes of scratch memory, contents unspecified
 * @param queue width × height elements of scratch memory, contents unspecified
 * @returns boxes in pixels of the map, in no order
 */
export function findBoxes(
  map: ArrayLike<number>,
  width: number,
  height: number,
  seen: Uint8Array,
  queue: Int32Array,
): Rectangle[] {
  const boxes: Rectangle[] = [];
  seen.fill(0);
  for (let start = 0; start < width * height; start++) {
    if (seen[start] || map[start]! <= PIXEL_THRESHOLD) continue;
    let left = width;
    let right = 0;
    let top = height;
    let bottom = 0;
    let sum = 0;
    let length = 0;
    const visit = (at: number): void => {
      if (seen[at] || map[at]! <= PIXEL_THRESHOLD) return;
      seen[at] = 1;
      queue[length++] = at;
    };
    visit(start);
    for (let next = 0; next < length; next++) {
      const at = queue[next]!;
      const x = at % width;
      const y = (at - x) / width;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      sum += map[at]!;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++)
          visit(row * width + column);
      }
    }
    const tooSmall = Math.min(right - left, bottom - top) < SMALLEST_SIDE;
    if (!tooSmall && sum / length >= BOX_THRESHOLD) boxes.push(grow({ left, top, right, bottom }, width, height));
  }
  return boxes;
}

function grow({ left, top, right, bottom }: Rectangle, width: number, height: number): Rectangle {
  const area = (right - left) * (bottom - top);
  const distance = (GROWTH * area) / (2 * (right - left + bottom - top));
  return {
    left: Math.max(0, left - distance),
    top: Math.max(0, top - distance),
    right: Math.min(width, right + distance),
    bottom: Math.min(height, bottom + distance),
  };
}

/** Sorts boxes as they are read: line by line from the top, and from left to right within a line. */
export function inReadingOrder(boxes: readonly Rectangle[]): Rectangle[] {
  const lines: Rectangle[][] = [];
  for (const box of boxes.toSorted((a, b) => middle(a) - middle(b))) {
    const line = lines.at(-1);
    const first = line?.[0];
    if (line && first && middle(box) < first.bottom && middle(first) > box.top) line.push(box);
    else lines.push([box]);
  }
  return lines.flatMap((line) => line.sort((a, b) => a.left - b.left));
}

function middle({ top, bottom }: Rectangle): number {
  return (top + bottom) / 2;
}
