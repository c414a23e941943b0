import { DescError, describe } from "../errors.ts";
import { sameList, showList } from "./integers.ts";
import { suggest } from "./near-names.ts";

/** How the dims of a tensor are called and lie in memory. */
export type LayoutName =
  | "ANY"
  | "NCHW"
  | "NHWC"
  | "NCDHW"
  | "NDHWC"
  | "OIHW"
  | "GOIHW"
  | "OIDHW"
  | "GOIDHW"
  | "SCALAR"
  | "C"
  | "CHW"
  | "HWC"
  | "HW"
  | "NC"
  | "CN"
  | "BLOCKED";

/** What a layout's name stands for. */
export interface LayoutInfo {
  /** OpenVINO's number for it. */
  readonly value: number;
  /** The logical dims from the outermost in memory to the innermost. `undefined`: no order, or any, of any rank. */
  readonly order: readonly number[] | undefined;
}

/** Every layout. Dims are always logical (N, C, H, W), whatever the order in memory. */
export const Layout: Readonly<Record<LayoutName, LayoutInfo>> = Object.freeze({
  ANY: info(0),
  NCHW: info(1, [0, 1, 2, 3]),
  NHWC: info(2, [0, 2, 3, 1]),
  NCDHW: info(3, [0, 1, 2, 3, 4]),
  NDHWC: info(4, [0, 2, 3, 4, 1]),
  OIHW: info(64, [0, 1, 2, 3]),
  GOIHW: info(65, [0, 1, 2, 3, 4]),
  OIDHW: info(66, [0, 1, 2, 3, 4]),
  GOIDHW: info(67, [0, 1, 2, 3, 4, 5]),
  SCALAR: info(95, []),
  C: info(96, [0]),
  CHW: info(128, [0, 1, 2]),
  HWC: info(129, [1, 2, 0]),
  HW: info(192, [0, 1]),
  NC: info(193, [0, 1]),
  CN: info(194, [1, 0]),
  BLOCKED: info(200),
});

const DEFAULT_BY_RANK: readonly LayoutName[] = ["SCALAR", "C", "NC", "CHW", "NCHW", "NCDHW"];
const RECOGNISED: readonly LayoutName[] = [...DEFAULT_BY_RANK, "CN", "HWC", "NHWC", "NDHWC"];

/** The layout of a tensor that does not say: SCALAR, C, NC, CHW, NCHW, NCDHW for ranks 0 to 5, else BLOCKED. */
export function defaultLayout(rank: number): LayoutName {
  return DEFAULT_BY_RANK[rank] ?? "BLOCKED";
}

/** The name of a memory order: SCALAR, C, NC, CN, CHW, HWC, NCHW, NHWC, NCDHW or NDHWC, else BLOCKED. */
export function layoutOfOrder(order: readonly number[]): LayoutName {
  return RECOGNISED.find((name) => sameList(Layout[name].order!, order)) ?? "BLOCKED";
}

/** Throws unless a memory order may be called that. BLOCKED may be any. @throws {DescError} */
export function assertNamed(name: LayoutName, order: readonly number[]): void {
  if (name === "BLOCKED") return;
  assertLayout(name);
  const own = Layout[name].order;
  if (own !== undefined && sameList(own, order)) return;
  const cure = `Call it ${layoutOfOrder(order)}, or leave the name out.`;
  throw new DescError(`The order ${showList(order)} is not that of ${name}. ${cure}`);
}

/**
 * The memory order that a layout gives to dims. ANY has none: `[]`.
 *
 * @throws {DescError} when the layout is unknown or takes another rank
 */
export function orderOfLayout(layout: LayoutName, dims: readonly number[]): readonly number[] {
  assertLayout(layout);
  const order = Layout[layout].order;
  if (layout === "ANY") return [];
  if (order === undefined) return dims.map((_, i) => i);
  if (order.length === dims.length) return order;
  const cure = `Use ${defaultLayout(dims.length)}, or leave the layout out.`;
  throw new DescError(
    `${layout} takes rank ${order.length}, but the dims ${showList(dims)} have rank ${dims.length}. ${cure}`,
  );
}

function assertLayout(layout: LayoutName): void {
  if (typeof layout === "string" && Object.hasOwn(Layout, layout)) return;
  const cure = suggest(typeof layout === "string" ? layout : "", Object.keys(Layout));
  throw new DescError(`${describe(layout)} is no layout. ${cure}`);
}

function info(value: number, order?: readonly number[]): LayoutInfo {
  return Object.freeze({ value, order: order && Object.freeze(order) });
}
