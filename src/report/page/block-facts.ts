import { formatBytes, formatCount, formatTime } from "../format/units.ts";
import type { PageState } from "./page-state.ts";

/** What there is to say of a block, as names and values. */
export function blockFacts(state: PageState, block: number): [string, string][] {
  const { model, phaseOf } = state;
  const { blocks, strings, phases, counts, time } = model;
  const from = blocks.from[block]!;
  const to = blocks.to[block]!;
  const size = blocks.size[block]!;
  const label = strings[blocks.label[block]!];
  const site = strings[blocks.site[block]!];
  const phase = phases[phaseOf[block]!];
  const leaked = to >= counts.events;
  const lasted = (leaked ? model.durationMs : time[to]!) - time[from]!;
  const facts: [string, string][] = [
    ["Block", `id ${blocks.id[block]}`],
    ["Size", size < 1024 ? `${size} B` : `${formatBytes(size)} (${formatCount(size)} B)`],
  ];
  if (label !== undefined) facts.push(["Label", label]);
  if (site !== undefined) facts.push(["Call site", site]);
  if (phase !== undefined) facts.push(["Phase", phase.detail === "" ? phase.name : `${phase.name} (${phase.detail})`]);
  facts.push(["Alive", `${leaked ? "never freed, " : ""}${formatTime(lasted)}, ${formatCount(to - from)} events`]);
  facts.push(["Events", `${formatCount(from)} to ${leaked ? "the end" : formatCount(to)}`]);
  if (blocks.region[block]! >= 0) {
    facts.push(["Place", `region ${blocks.region[block]}, byte ${formatCount(blocks.granule[block]! * 64)}`]);
  }
  return facts;
}
