/** Reading an image file into RGB bytes, and sampling a rectangle of it into a tensor. */
import { stat } from "node:fs/promises";
import sharp from "sharp";

/** Interleaved 8-bit RGB, row by row. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** In pixels; `right` and `bottom` are exclusive. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What the pixel values 0…255 become: (value / 255 - mean) / deviation, for each of red, green and blue. */
export interface Normalisation {
  readonly mean: readonly [red: number, green: number, blue: number];
  readonly deviation: readonly [red: number, green: number, blue: number];
}

/** The file is not there, or is no image. The message is one line, for the person who typed the path. */
export class ImageError extends Error {}

/** Larger images are scaled down to this many pixels on their longest side: text is legible long before that. */
const LONGEST_SIDE = 2560;

/**
 * Decodes the file, turned upright as its EXIF data say, on white where it is transparent.
 *
 * @throws {ImageError} when the file cannot be read or decoded
 */
export async function readImage(path: string): Promise<Image> {
  const file = await stat(path).catch(() => {
    throw new ImageError(`${path}: there is no such file.`);
  });
  if (!file.isFile())
    throw new ImageError(`${path} is ${file.isDirectory() ? "a directory" : "no file"}: name an image.`);
  if (file.size === 0) throw new ImageError(`${path} is empty.`);
  try {
    const { data, info } = await sharp(path, { failOn: "error" })
      .autoOrient()
      .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: "inside", withoutEnlargement: true })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, pixels: data };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error);
    throw new ImageError(`${path} cannot be read as an image: ${reason}`, { cause: error });
  }
}

/**
 * Scales a rectangle of the image to width × height and writes it normalised, as planes of blue, green and red (the
 * order in which PaddleOCR's models were trained). Every output pixel is the mean of the pixels around its place,
 * weighted by a triangle as wide as the step between two places, at least one pixel: bilinear when it enlarges, and
 * without aliasing when it shrinks.
 *
 * @param planes receives 3 × height × width elements from its start; rows are `stride` elements apart
 */
export function sample(
  image: Image,
  { left, top, right, bottom }: Rectangle,
  { mean, deviation }: Normalisation,
  planes: Float32Array,
  width: number,
  height: number,
  stride: number = width,
): void {
  const stepX = (right - left) / width;
  const stepY = (bottom - top) / height;
  const reachX = Math.max(1, stepX);
  const reachY = Math.max(1, stepY);
  const [meanR, meanG, meanB] = mean;
  const [deviationR, deviationG, deviationB] = deviation;
  const { pixels } = image;
  for (let y = 0; y < height; y++) {
    const centreY = top + (y + 0.5) * stepY - 0.5;
    const firstY = Math.max(0, Math.ceil(centreY - reachY));
    const lastY = Math.min(image.height - 1, Math.floor(centreY + reachY));
    for (let x = 0; x < width; x++) {
      const centreX = left + (x + 0.5) * stepX - 0.5;
      const firstX = Math.max(0, Math.ceil(centreX - reachX));
      const lastX = Math.min(image.width - 1, Math.floor(centreX + reachX));
      let red = 0;
      let green = 0;
      let blue = 0;
      let total = 0;
      for (let row = firstY; row <= lastY; row++) {
        const weightY = reachY - Math.abs(row - centreY);
        for (let column = firstX; column <= lastX; column++) {
          const weight = weightY * (reachX - Math.abs(column - centreX));
          const at = (row * image.width + column) * 3;
          red += weight * pixels[at]!;
          green += weight * pixels[at + 1]!;
          blue += weight * pixels[at + 2]!;
          total += weight;
        }
      }
      const scale = 1 / (255 * total);
      const at = y * stride + x;
      planes[at] = (blue * scale - meanB) / deviationB;
      planes[at + height * stride] = (green * scale - meanG) / deviationG;
      planes[at + 2 * height * stride] = (red * scale - meanR) / deviationR;
    }
  }
}
