import { describe } from "../../errors.ts";
import { TraceError } from "../trace-error.ts";
import type { TraceSink } from "./sink.ts";

/** What a trace needs of a Node `Writable`. */
export interface NodeWritable {
  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean;
  end(done: (error?: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  /** Called when the trace ends and the stream goes on. A stream without it keeps the listeners. */
  off?(event: "error", listener: (error: Error) => void): unknown;
  off?(event: "close", listener: () => void): unknown;
  /** Whether it takes nothing any more. */
  readonly destroyed?: boolean;
}

/** A stream that a trace is written to. */
export type TraceStream = NodeWritable | WritableStream<Uint8Array>;

/** The two kinds of streams as one. `done` is called once per chunk. */
interface Outlet {
  send(chunk: Uint8Array, done: (error?: unknown) => void): unknown;
  end(): Promise<void>;
  /** Leaves a stream that goes on to others: as if it had never been used. */
  leave(): void;
}

/**
 * Hands the trace to a stream. A stream takes chunks when it can, and an allocator cannot wait for it: what it has not
 * taken yet is counted, and at a bound no more is accepted until it has.
 */
export class StreamSink implements TraceSink {
  readonly isSync = false;
  readonly #outlet: Outlet;
  readonly #maxBytes: number;
  readonly #isEnded: boolean;
  #waiting = 0;
  #error: { readonly cause: unknown } | undefined;
  #onDrained: (() => void)[] = [];

  /** @throws {TraceError} when it is no stream, or one that is locked */
  constructor(stream: TraceStream, maxBytes: number, isEnded: boolean) {
    this.#maxBytes = maxBytes;
    this.#isEnded = isEnded;
    this.#outlet = outletOf(stream, (cause) => {
      this.#error ??= { cause };
      this.#settle();
    });
  }

  write(bytes: Uint8Array): number {
    this.#throwIfBroken();
    // A stream that owes nothing takes everything: what waited for it may have become more than the bound.
    if (this.#waiting > 0 && this.#waiting + bytes.length > this.#maxBytes) {
      throw new TraceError(
        `The stream has ${this.#waiting} bytes of the trace to take, and ${bytes.length} more are above the bound of ` +
          `${this.#maxBytes}. Await drained() now and then, raise maxBufferedBytes, or write to a path.`,
      );
    }
    this.#waiting += bytes.length;
    this.#outlet.send(bytes.slice(), (cause) => {
      this.#waiting -= bytes.length;
      if (cause !== undefined && cause !== null) this.#error ??= { cause };
      this.#settle();
    });
    return bytes.length;
  }

  async drained(): Promise<void> {
    if (this.#waiting > 0 && this.#error === undefined) {
      await new Promise<void>((resolve) => this.#onDrained.push(resolve));
    }
    this.#throwIfBroken();
  }

  async close(): Promise<void> {
    await this.drained();
    if (this.#isEnded) await this.#ended();
    this.#throwIfBroken();
    if (!this.#isEnded) this.#outlet.leave();
  }

  /** Ends the stream. A stream that breaks meanwhile may never say that it ended. */
  #ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained.push(resolve);
      this.#outlet.end().then(resolve, (cause: unknown) => {
        this.#error ??= { cause };
        resolve();
      });
    });
  }

  #settle(): void {
    if (this.#waiting > 0 && this.#error === undefined) return;
    const listeners = this.#onDrained;
    this.#onDrained = [];
    for (const listener of listeners) listener();
  }

  #throwIfBroken(): void {
    if (this.#error === undefined) return;
    const { cause } = this.#error;
    const why = cause instanceof Error ? cause.message : describe(cause);
    throw new TraceError(`The stream of the trace failed: ${why}. What it had not taken is lost; begin a new trace.`, {
      cause,
    });
  }
}

function outletOf(stream: TraceStream, onError: (cause: unknown) => void): Outlet {
  if (typeof WritableStream !== "undefined" && stream instanceof WritableStream) return webOutlet(stream, onError);
  if (stream !== null && typeof stream === "object" && "write" in stream && "on" in stream) {
    return nodeOutlet(stream, onError);
  }
  throw new TraceError(`A trace is written to a Writable or a WritableStream, not to ${describe(stream)}.`);
}

function nodeOutlet(stream: NodeWritable, onError: (cause: unknown) => void): Outlet {
  if (stream.destroyed === true) throw new TraceError("The stream is destroyed already. Give the trace an open one.");
  let isEnded = false;
  // A stream can be destroyed without an error: an HTTP client that left. What it was writing is then never called back.
  const onClose = (): void => {
    if (!isEnded) onError(new Error("it was closed before the trace ended"));
  };
  stream.on("error", onError);
  stream.on("close", onClose);
  return {
    send: (chunk, done) => stream.write(chunk, done),
    end: () =>
      new Promise((resolve, reject) => {
        stream.end((error) => {
          isEnded = true;
          if (error === undefined || error === null) resolve();
          else reject(error);
        });
      }),
    leave: () => {
      stream.off?.("error", onError);
      stream.off?.("close", onClose);
    },
  };
}

function webOutlet(stream: WritableStream<Uint8Array>, onError: (cause: unknown) => void): Outlet {
  if (stream.locked) throw new TraceError("The WritableStream has a writer already. Give the trace one of its own.");
  const writer = stream.getWriter();
  let hasLeft = false;
  writer.closed.catch((cause: unknown) => {
    if (!hasLeft) onError(cause);
  });
  return {
    send: async (chunk, done) => {
      try {
        await writer.write(chunk);
        done();
      } catch (error) {
        done(error);
      }
    },
    end: () => writer.close(),
    leave: () => {
      hasLeft = true;
      writer.releaseLock();
    },
  };
}
