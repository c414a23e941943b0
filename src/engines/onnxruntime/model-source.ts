import { fileURLToPath } from "node:url";
import { EngineError, describe } from "../../errors.ts";

/**
 * What a model is loaded from: a path, or bytes in memory that is not shared.
 *
 * @throws {EngineError} when it is neither a path, a `file:` URL nor bytes
 */
export function modelSource(model: unknown): string | Uint8Array {
  if (typeof model === "string") return model;
  if (model instanceof Uint8Array) return model.buffer instanceof SharedArrayBuffer ? model.slice() : model;
  if (!(model instanceof URL)) {
    throw new EngineError(`${describe(model)} is no model. Give the path, the file: URL or the bytes of an ONNX file.`);
  }
  if (model.protocol === "file:") return fileURLToPath(model);
  throw new EngineError(`${model.href} is no file: URL. Fetch it, and give the bytes as a Uint8Array.`);
}
