/** A leak, for `npm run demo -- --leak` to find: blobs that are kept for good and never given back. */
import { createBlob } from "tensorheap";
import type { IAllocator, TBlob } from "tensorheap";
import type { Reading } from "./ctc.ts";

const kept: TBlob<"U8">[] = [];

/** Copies the text of a line into a blob, and forgets to dispose of it. */
export function keepText({ text }: Reading, allocator: IAllocator): void {
  const bytes = new TextEncoder().encode(text);
  const blob = createBlob({ precision: "U8", dims: [bytes.length] }, { allocator });
  {
    using map = blob.wmap();
    map.data.set(bytes);
  }
  kept.push(blob);
}
