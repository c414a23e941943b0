import { EngineError } from "../../errors.ts";
import { loadKoffi } from "../../platform/koffi.ts";
import { NativeWords } from "../../platform/native-words.ts";
import type { OnnxTensorInfo } from "../onnxruntime/tensor-info.ts";
import { precisionOf } from "./element-types.ts";
import { check } from "./ort-api.ts";
import type { Pointer } from "./ort-api.ts";
import type { OrtLibrary } from "./ort-library.ts";

/** What a model takes or gives, in its order. */
export type TensorInfos = readonly OnnxTensorInfo[];

/** ONNXType: a tensor. */
const TENSOR = 1;

/** Names of what is no tensor, by ONNXType. */
const KINDS: readonly string[] = [
  "unknown",
  "a tensor",
  "a sequence",
  "a map",
  "opaque",
  "a sparse tensor",
  "optional",
];

/**
 * Reads what a session says of its model's inputs or outputs.
 *
 * @throws {EngineError} when no blob can hold one of them
 */
export function modelInfo(library: OrtLibrary, session: Pointer, kind: "input" | "output"): TensorInfos {
  const { api, scratch } = library;
  const count = kind === "input" ? api.SessionGetInputCount : api.SessionGetOutputCount;
  check(api, count(session, scratch.address), `count the ${kind}s`);
  const infos = Array.from({ length: scratch.get(0) }, (_, index) => tensorInfo(library, session, kind, index));
  return Object.freeze(infos);
}

function tensorInfo(library: OrtLibrary, session: Pointer, kind: "input" | "output", index: number): OnnxTensorInfo {
  const { api, scratch } = library;
  const name = nameOf(library, session, kind, index);
  const typeInfo = kind === "input" ? api.SessionGetInputTypeInfo : api.SessionGetOutputTypeInfo;
  check(api, typeInfo(session, index, scratch.address), `describe the ${kind} "${name}"`);
  const type = scratch.get(0);
  try {
    check(api, api.GetOnnxTypeFromTypeInfo(type, scratch.address), `describe the ${kind} "${name}"`);
    const onnxType = scratch.getLow(0);
    if (onnxType !== TENSOR) throw refusal(kind, name, `is ${KINDS[onnxType] ?? "of an unknown kind"}`);
    check(api, api.CastTypeInfoToTensorInfo(type, scratch.address), `describe the ${kind} "${name}"`);
    const shape = scratch.get(0);
    check(api, api.GetTensorElementType(shape, scratch.address), `describe the ${kind} "${name}"`);
    const elementType = scratch.getLow(0);
    const precision = precisionOf(elementType);
    if (precision === undefined) throw refusal(kind, name, `holds elements of ONNX's type ${elementType}`);
    const dims = declaredDims(library, shape);
    return Object.freeze({ name, precision, dims: dims.length === 0 ? null : Object.freeze(dims) });
  } finally {
    api.ReleaseTypeInfo(type);
  }
}

function refusal(kind: string, name: string, what: string): EngineError {
  return new EngineError(
    `The ${kind} "${name}" of the model ${what}, which no blob can hold. Convert it inside the model, or run this model ` +
      "with onnxruntime-node itself.",
    name,
  );
}

function nameOf(library: OrtLibrary, session: Pointer, kind: "input" | "output", index: number): string {
  const { api, scratch } = library;
  check(api, api.GetAllocatorWithDefaultOptions(scratch.address), "find its allocator");
  const allocator = scratch.get(0);
  const getName = kind === "input" ? api.SessionGetInputName : api.SessionGetOutputName;
  check(api, getName(session, index, allocator, scratch.address), `name ${kind} ${index}`);
  const pointer = scratch.get(0);
  const name = textAt(pointer);
  check(api, api.AllocatorFree(allocator, pointer), "free a name");
  return name;
}

function textAt(pointer: Pointer): string {
  return pointer === 0 ? "" : (loadKoffi()!.decode(pointer, "char", -1) as string);
}

/** A number is fixed, a string names a free dim, null is free without a name. */
function declaredDims(library: OrtLibrary, shape: Pointer): (number | string | null)[] {
  const { api, scratch } = library;
  check(api, api.GetDimensionsCount(shape, scratch.address), "count dims");
  const count = scratch.get(0);
  const dims = new NativeWords(count);
  const symbols = new NativeWords(count);
  check(api, api.GetDimensions(shape, dims.address, count), "read dims");
  check(api, api.GetSymbolicDimensions(shape, symbols.address, count), "read dims");
  return Array.from({ length: count }, (_, i) => {
    // -1 in a word of 64 bits: free.
    if (dims.get(i) < 2 ** 53) return dims.get(i);
    const symbol = textAt(symbols.get(i));
    return symbol === "" ? null : symbol;
  });
}
