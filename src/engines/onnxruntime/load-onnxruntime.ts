import type * as onnxruntime from "onnxruntime-node";
import { EngineError } from "../../errors.ts";

/** The module `onnxruntime-node`. */
export type OnnxRuntime = typeof onnxruntime;

/**
 * Imports the peer dependency.
 *
 * @param load for tests: how the module is imported
 * @throws {EngineError} when it is not installed, or does not load on this platform
 */
export async function loadOnnxRuntime(
  load: () => Promise<OnnxRuntime> = () => import("onnxruntime-node"),
): Promise<OnnxRuntime> {
  try {
    return await load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const missing = reason.includes("'onnxruntime-node'");
    throw new EngineError(
      missing
        ? "The package onnxruntime-node is not installed, and this engine needs it. Run: npm install onnxruntime-node"
        : `onnxruntime-node is installed but does not load: ${reason}. Check that it supports this platform.`,
      undefined,
      { cause },
    );
  }
}
