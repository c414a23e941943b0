/** Loads a model, in our heap where that is possible. */
import { EngineError } from "tensorheap";
import type { IAllocator, TBlob } from "tensorheap";
import { createSession as createPublicSession } from "tensorheap/engines/onnxruntime";
import { createSession as createNativeSession } from "tensorheap/engines/onnxruntime-native";

/** What the example needs of a model: the session of either engine, behind one face. */
export interface ModelSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Outputs that were copied so far, and their bytes. */
  readonly copies: number;
  readonly copiedBytes: number;
  run(
    inputs: Readonly<Record<string, TBlob>>,
    outputs?: Readonly<Record<string, TBlob>>,
  ): Promise<Readonly<Record<string, TBlob>>>;
}

/** A session that is to be disposed of, and where its tensors lie. */
export interface OpenedSession extends ModelSession, AsyncDisposable {
  /** Why they are not in our heap; undefined where they are. */
  readonly whyNotNative: string | undefined;
}

/** How a session is made. */
export interface OpenOptions {
  /** Whether runs that repeat take one block of the allocator, in place of one for each tensor. Default: true. */
  readonly planned?: boolean;
}

/**
 * With koffi, every tensor of the model comes out of the allocator. Without, the public API of onnxruntime-node has to do:
 * the engine keeps what it computes with in an arena of its own, and returns copies.
 */
export async function openSession(
  model: string,
  allocator: IAllocator,
  { planned = true }: OpenOptions = {},
): Promise<OpenedSession> {
  try {
    const session = await createNativeSession(model, { allocator, planned });
    return {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      whyNotNative: undefined,
      copies: 0,
      copiedBytes: 0,
      // There is nothing else to do meanwhile, so it runs on this thread.
      run: async (inputs, outputs) => session.run(inputs, outputs),
      [Symbol.asyncDispose]: () => session.dispose(),
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const session = await createPublicSession(model, { allocator });
    return Object.assign(session, { whyNotNative: error.message });
  }
}
