/** What a line of text says: the recogniser, run in blobs. */
import { createBlob } from "tensorheap";
import type { IAllocator } from "tensorheap";
import { decode } from "./ctc.ts";
import type { Reading } from "./ctc.ts";
import type { Image, Rectangle } from "./image.ts";
import type { ModelSession } from "./open-session.ts";
import { LINE_HEIGHT, RECOGNISER_PIXELS, lineWidth } from "./paddle.ts";
import { prepare } from "./prepare.ts";

/** Reads the text in a box of the image. Every line has another width: the heap serves them all from the same memory. */
export async function recognise(
  session: ModelSession,
  image: Image,
  box: Rectangle,
  characters: readonly string[],
  allocator: IAllocator,
): Promise<Reading> {
  const [inputName = "", outputName = ""] = [...session.inputNames, ...session.outputNames];
  const { line, tensor: width } = lineWidth(box);

  using input = createBlob({ precision: "FP32", dims: [1, 3, LINE_HEIGHT, width] }, { allocator });
  {
    using map = input.wmap();
    map.data.fill(0);
  }
  using text = input.createROI([0, 0, 0, 0], [1, 3, LINE_HEIGHT, line]);
  await prepare(image, box, text, RECOGNISER_PIXELS, allocator);

  using output = createBlob({ precision: "FP32", dims: [1, width / 8, characters.length] }, { allocator });
  await session.run({ [inputName]: input }, { [outputName]: output });

  using map = output.rmap();
  return decode(map.data, characters);
}
