import { describe } from "../errors.ts";
import { nodeModule } from "../platform/node-module.ts";
import { TraceError } from "./trace-error.ts";

/**
 * Where a trace is read from: the path or `file:` URL of a file (Node only), bytes, a `Blob` or `File`, a `ReadableStream`
 * (a `Response`'s body, say), or anything that is iterated in chunks, a Node stream among them. Compressed or not.
 */
export type TraceSource =
  | string
  | URL
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/** The chunks of a source. Nothing is opened before the first is asked for. @throws {TraceError} when it is no source */
export function chunksOf(source: TraceSource): AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string> {
  if (typeof source === "string" || source instanceof URL) return fileChunks(source);
  if (source instanceof ArrayBuffer) return [new Uint8Array(source)];
  if (ArrayBuffer.isView(source)) return [new Uint8Array(source.buffer, source.byteOffset, source.byteLength)];
  if (typeof Blob !== "undefined" && source instanceof Blob) return streamChunks(source.stream());
  if (typeof ReadableStream !== "undefined" && source instanceof ReadableStream) return streamChunks(source);
  if (source !== null && typeof source === "object" && (Symbol.asyncIterator in source || Symbol.iterator in source)) {
    return source;
  }
  throw new TraceError(
    `A trace is read from a path, bytes, a Blob, a stream or an iterable of chunks, not from ${describe(source)}.`,
  );
}

function fileChunks(path: string | URL): AsyncIterable<Uint8Array> {
  const fs = nodeModule("node:fs");
  if (fs !== undefined) return fs.createReadStream(path, { highWaterMark: 2 ** 18 });
  throw new TraceError(
    `There are no files in this runtime to read ${describe(String(path))} from. Pass the bytes, or (await fetch(url)).body.`,
  );
}

/** Not every browser can iterate a stream. */
async function* streamChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isOver = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isOver) await reader.cancel();
    reader.releaseLock();
  }
}
