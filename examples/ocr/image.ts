/** Reading an image file into RGB bytes. */
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
