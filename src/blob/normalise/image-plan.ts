import { DescError } from "../../errors.ts";
import { axesOf, axesOfDim, isEven } from "../axis.ts";
import type { EvenAxis } from "../axis.ts";
import { ONE, nearest, originOf } from "../plane-plan.ts";
import type { PlanePlan } from "../plane-plan.ts";
import type { TensorDesc } from "../tensor-desc.ts";

/** A {@link PlanePlan} whose rows are the channels. */
export interface ImagePlan extends PlanePlan {
  readonly targetDesc: TensorDesc;
  readonly isReversed: boolean;
}

const plans = new WeakMap<TensorDesc, ImagePlan>();

/** Which dim is the channel: 1 of N, C, H, W, and 0 of C, H, W. @throws {DescError} for another rank */
export function channelDim(desc: TensorDesc): number {
  if (desc.rank === 4) return 1;
  if (desc.rank === 3) return 0;
  throw new DescError(
    `${desc.toString()} has rank ${desc.rank}, but an image has 4 dims (N, C, H, W) or 3 (C, H, W). Reshape it.`,
  );
}

/** The last plan for each source, if it is the one for this target. What has a plan has passed all checks. */
export function knownImagePlan(source: TensorDesc, target: TensorDesc, isReversed: boolean): ImagePlan | undefined {
  const known = plans.get(source);
  return known?.targetDesc === target && known.isReversed === isReversed ? known : undefined;
}

/**
 * Makes and keeps the plan for two images of equal dims and at least one element.
 *
 * @throws {DescError} when the channels of one of them lie in blocks that do not line up
 */
export function makeImagePlan(source: TensorDesc, target: TensorDesc, isReversed: boolean): ImagePlan {
  const plan = makePlan(source, target, isReversed);
  plans.set(source, plan);
  return plan;
}

function makePlan(source: TensorDesc, target: TensorDesc, isReversed: boolean): ImagePlan {
  const channel = channelDim(source);
  const channels = evenChannels(source, target, channel);
  const rows = isReversed ? { ...channels, source: -channels.source } : channels;
  const others = source.dims.map((_, dim) => dim).filter((dim) => dim !== channel);
  const axes = axesOf(source, target, others);
  const cols = nearest(axes, "target") ?? ONE;
  const shift = isReversed ? (channels.extent - 1) * channels.source : 0;
  return {
    targetDesc: target,
    isReversed,
    source: originOf(source) + shift,
    target: originOf(target),
    outer: axes.filter((axis) => axis !== cols),
    rows,
    cols,
  };
}

function evenChannels(source: TensorDesc, target: TensorDesc, dim: number): EvenAxis {
  const [axis, inner] = axesOfDim(source, target, dim);
  if (axis === undefined) return ONE;
  if (inner === undefined && isEven(axis)) return axis;
  throw new DescError(
    `From ${source.toString()} to ${target.toString()}, the channels lie in blocks. Use a layout like NCHW or NHWC.`,
  );
}
