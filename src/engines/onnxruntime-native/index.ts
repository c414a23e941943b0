/** The engine `tensorheap/engines/onnxruntime-native`: ONNX models with every tensor in an allocator of ours. */
export { createSession } from "./create-session.ts";
export type { NativeSessionOptions } from "./create-session.ts";
export { NativeSession } from "./native-session.ts";
export type { NativeReport } from "./native-session.ts";
export type { SavedRun, SavedRuns } from "./run-book.ts";
export type { BlobMap } from "../onnxruntime/check-blobs.ts";
export type { OnnxTensorInfo } from "../onnxruntime/tensor-info.ts";
