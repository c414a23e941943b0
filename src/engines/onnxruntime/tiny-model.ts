/**
 * Writes ONNX models of a few nodes, byte by byte. ONNX is Protocol Buffers: a message is a list of fields, each a tag
 * (field number × 8 + wire type; 0 is a varint, 2 is bytes behind their length) and a value. The numbers below are the
 * field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */

/** An input or output: ONNX's number of the element type (1 float, 7 int64 …), and its dims; a string is a free dim. */
export interface TinyValue {
  readonly name: string;
  readonly elementType: number;
  /** Left out: the model does not declare a shape. */
  readonly dims?: readonly (number | string)[];
}

/** A node of the graph. Attributes are integers, or lists of them. */
export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A graph: nodes in the order of their data flow. */
export interface TinyGraph {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly nodes: readonly TinyNode[];
  /** Version of the standard operators; 13 unless said. */
  readonly opset?: number;
  /** Version of the file format; 8 unless said. */
  readonly irVersion?: number;
}

type Field = readonly [number: number, value: number | string | readonly number[]];

/** Encodes the graph as a ModelProto. */
export function tinyModel(graph: TinyGraph): Uint8Array {
  const graphProto = message(
    ...graph.nodes.map((node): Field => [1, nodeProto(node)]),
    [2, "tiny"],
    ...graph.inputs.map((value): Field => [11, valueInfo(value)]),
    ...graph.outputs.map((value): Field => [12, valueInfo(value)]),
  );
  const opsetImport = message([1, ""], [2, graph.opset ?? 13]);
  return Uint8Array.from(message([1, graph.irVersion ?? 8], [7, graphProto], [8, opsetImport]));
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5. */
function nodeProto({ op, inputs, outputs, attributes = {} }: TinyNode): number[] {
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...Object.entries(attributes).map(([name, value]): Field => [5, attribute(name, value)]),
  );
}

/** AttributeProto: name 1, i 3, ints 8, type 20 (INT is 2, INTS is 7). */
function attribute(name: string, value: number | readonly number[]): number[] {
  return typeof value === "number"
    ? message([1, name], [3, value], [20, 2])
    : message([1, name], ...value.map((item): Field => [8, item]), [20, 7]);
}

/** ValueInfoProto: name 1, type 2 → tensor_type 1 → elem_type 1, shape 2 → dim 1 → dim_value 1 or dim_param 2. */
function valueInfo({ name, elementType, dims }: TinyValue): number[] {
  const dim = (size: number | string): Field => [1, message(typeof size === "number" ? [1, size] : [2, size])];
  const shape: Field[] = dims === undefined ? [] : [[2, message(...dims.map(dim))]];
  return message([1, name], [2, message([1, message([1, elementType], ...shape)])]);
}

function message(...fields: readonly Field[]): number[] {
  const message: number[] = [];
  for (const [number, value] of fields) {
    if (typeof value === "number") {
      message.push(...varint(number * 8), ...varint(value));
    } else {
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
      message.push(...varint(number * 8 + 2), ...varint(bytes.length), ...bytes);
    }
  }
  return message;
}

/** Base 128, lowest digit first; the top bit says that another one follows. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
