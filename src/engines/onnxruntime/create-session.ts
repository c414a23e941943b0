import type { InferenceSession } from "onnxruntime-node";
import type { IAllocator } from "../../allocator.ts";
import { defaultAllocator } from "../../allocators/default.ts";
import { EngineError } from "../../errors.ts";
import { loadOnnxRuntime } from "./load-onnxruntime.ts";
import { modelSource } from "./model-source.ts";
import { OnnxSession } from "./onnx-session.ts";
import { probe } from "./probe.ts";

/** How a session is made. */
export interface CreateSessionOptions {
  /** Where outputs and staging blocks come from. Default: `defaultAllocator()`. */
  readonly allocator?: IAllocator | undefined;
  /** Passed on to onnxruntime-node: threads, execution providers, optimisation … */
  readonly sessionOptions?: InferenceSession.SessionOptions | undefined;
}

/**
 * Loads an ONNX model to run it on blobs, with the package onnxruntime-node.
 *
 * @param model path, `file:` URL, or the bytes of the file
 * @throws {EngineError} when onnxruntime-node is missing, the model cannot be loaded, or no blob can hold one of its
 *   inputs or outputs
 *
 * @example
 * await using session = await createSession("model.onnx", { allocator });
 * using input = createBlob({ precision: "FP32", dims: [1, 3, 224, 224] }, { allocator });
 * const outputs = await session.run({ input });
 */
export async function createSession(
  model: string | URL | Uint8Array,
  options: CreateSessionOptions = {},
): Promise<OnnxSession> {
  const source = modelSource(model);
  const ort = await loadOnnxRuntime();
  const behaviour = await probe(ort);
  const session = await load(() =>
    typeof source === "string"
      ? ort.InferenceSession.create(source, options.sessionOptions)
      : ort.InferenceSession.create(source, options.sessionOptions),
  );
  try {
    return new OnnxSession(session, { ort, behaviour, allocator: options.allocator ?? defaultAllocator() });
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function load(create: () => Promise<InferenceSession>): Promise<InferenceSession> {
  try {
    return await create();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `ONNX Runtime cannot load the model: ${reason.trim()} Check the path, and that it is an ONNX file.`;
    throw new EngineError(message, undefined, { cause });
  }
}
