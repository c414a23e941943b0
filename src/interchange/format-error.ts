import { TensorHeapError } from "../errors.ts";

/** The file formats of `tensorheap/interchange`. */
export type FileFormat = "npy" | "safetensors";

/** A file that breaks the rules of its format, or a tensor that the format cannot hold. Nothing was allocated or written. */
export class FormatError extends TensorHeapError {
  readonly code = "ERR_FORMAT";
  readonly format: FileFormat;
  /** The tensor it is about, where the format names tensors and it is about one. */
  readonly tensor: string | undefined;

  constructor(format: FileFormat, message: string, tensor?: string, options?: ErrorOptions) {
    super(`${format}: ${message}`, options);
    this.format = format;
    this.tensor = tensor;
  }
}
