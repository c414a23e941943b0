import { constants } from "node:buffer";
import type { TensorDesc } from "../../blob/tensor-desc.ts";
import { TBlob } from "../../blob/tblob.ts";
import { EngineError, describe } from "../../errors.ts";
import { type OnnxTensorInfo, formatInfo } from "./tensor-info.ts";

/** Most elements of one tensor: the longest typed array. Above it onnxruntime-node ends the process. */
const MAX_ELEMENTS = constants.MAX_LENGTH;
/** Most entries of one dim that onnxruntime-node takes. */
const MAX_DIM = 2 ** 32 - 1;

/**
 * Throws unless the blob can be given to the engine as this input or output.
 *
 * @throws {EngineError} naming the tensor, what the model expects, and what was given
 */
export function checkBlob(kind: "input" | "output", info: OnnxTensorInfo, blob: unknown): asserts blob is TBlob {
  const { name } = info;
  const expected = `The ${kind} "${name}" is ${formatInfo(info)}`;
  if (!(blob instanceof TBlob)) {
    throw new EngineError(`${expected}, and ${describe(blob)} is no blob. Make one with createBlob.`, name);
  }
  const { desc } = blob;
  const given = `a blob of ${desc.toString()} was given`;
  if (desc.precision.kind !== info.precision) {
    throw new EngineError(`${expected}, but ${given}. Make the blob ${info.precision}.`, name);
  }
  if (!fits(info.dims, desc.dims)) {
    const cure = info.dims?.length === desc.dims.length ? "Change the dims that are fixed." : "Give it as many dims.";
    throw new EngineError(`${expected}, but ${given}. ${cure}`, name);
  }
  if (!isRowMajor(desc)) {
    throw new EngineError(
      `${expected}, and the engine reads rows that lie side by side in the order of the dims, but ${given} with the ` +
        `memory order [${desc.blocking.order.join(", ")}] and the strides [${desc.blocking.strides.join(", ")}]. ` +
        "Copy it into a blob of the default layout with copyTo.",
      name,
    );
  }
  if (desc.size > MAX_ELEMENTS || desc.dims.some((dim) => dim > MAX_DIM)) {
    throw new EngineError(
      `The ${kind} "${name}" has ${desc.size} elements, and onnxruntime-node takes at most ${MAX_ELEMENTS}, ` +
        `${MAX_DIM} along one dim. Split it.`,
      name,
    );
  }
  if (!blob.isAllocated) {
    throw new EngineError(`The blob for the ${kind} "${name}" holds no memory. Call allocate() first.`, name);
  }
}

function fits(declared: OnnxTensorInfo["dims"], dims: readonly number[]): boolean {
  if (declared === null) return true;
  return declared.length === dims.length && declared.every((dim, i) => typeof dim !== "number" || dim === dims[i]);
}

/** Whether the elements lie side by side, the last dim fastest. Dims of one entry may stand anywhere. */
function isRowMajor({ blocking, dims, byteSize, spanBytes }: TensorDesc): boolean {
  const order = blocking.order.filter((dim) => dims[dim] !== 1);
  return blocking.isPacked && byteSize === spanBytes && order.every((dim, i) => i === 0 || dim > order[i - 1]!);
}
