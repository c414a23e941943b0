/** The engine `tensorheap/engines/onnxruntime`: ONNX models on blobs, through onnxruntime-node's public API. */
export { createSession } from "./create-session.ts";
export type { CreateSessionOptions } from "./create-session.ts";
export { OnnxSession } from "./onnx-session.ts";
export type { BlobMap } from "./check-blobs.ts";
export type { OnnxTensorInfo } from "./tensor-info.ts";
