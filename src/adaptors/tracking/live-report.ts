import type { TrackedBlock } from "./tracked-block.ts";

/** The blocks that were allocated at one place and are live. */
export interface LiveSite {
  /** `file:line:column` */
  readonly location: string;
  readonly count: number;
  readonly bytes: number;
  /** Milliseconds since the first of them was allocated. */
  readonly oldestMs: number;
  /** The labels they have, in the order of their first use. */
  readonly labels: readonly string[];
  /** How the place was reached by the first of them: a line for each frame. */
  readonly trace: string;
}

/** Frames that the text shows of each place. */
const FRAMES = 3;

/** Blocks by the place they were allocated at, most bytes first. */
export function bySite(blocks: readonly TrackedBlock[], now: number): LiveSite[] {
  const groups = new Map<string, TrackedBlock[]>();
  for (const block of blocks) {
    const { location } = block.site;
    const group = groups.get(location);
    if (group === undefined) groups.set(location, [block]);
    else group.push(block);
  }
  return [...groups]
    .map(([location, group]) => siteOf(location, group, now))
    .sort((a, b) => b.bytes - a.bytes || b.count - a.count);
}

function siteOf(location: string, blocks: readonly TrackedBlock[], now: number): LiveSite {
  const oldest = blocks.reduce((first, block) => (block.time < first.time ? block : first));
  const labels = new Set(blocks.map(({ label }) => label).filter((label) => label !== undefined));
  return {
    location,
    count: blocks.length,
    bytes: blocks.reduce((sum, { size }) => sum + size, 0),
    oldestMs: now - oldest.time,
    labels: [...labels],
    trace: oldest.site.trace,
  };
}

/** The report as text. @param every one block in so many was looked at */
export function liveText(sites: readonly LiveSite[], every: number): string {
  const count = sites.reduce((sum, site) => sum + site.count, 0);
  const bytes = sites.reduce((sum, site) => sum + site.bytes, 0);
  const sample = every === 1 ? "" : ` of a sample of one in ${number(every)}`;
  if (count === 0) return `Nothing is live${sample}.`;
  const lines = sites.map((site) => siteText(site));
  return [`${blocks(count)}${sample} ${count === 1 ? "is" : "are"} live, with ${number(bytes)} bytes:`, ...lines].join(
    "\n",
  );
}

function siteText({ count, bytes, oldestMs, labels, trace, location }: LiveSite): string {
  const named = labels.length === 0 ? "" : `, labelled ${labels.join(", ")}`;
  const [first = location, ...callers] = trace === "" ? [] : trace.split("\n");
  const from = callers.slice(0, FRAMES - 1).map((caller) => `\n      from ${caller}`);
  return `  ${blocks(count)}, ${number(bytes)} bytes, the oldest ${age(oldestMs)} old${named}\n    at ${first}${from.join("")}`;
}

function blocks(count: number): string {
  return `${number(count)} ${count === 1 ? "block" : "blocks"}`;
}

/** With commas, whatever the machine's locale is. */
function number(value: number): string {
  return value.toLocaleString("en-US");
}

function age(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 120_000
    ? `${(milliseconds / 1_000).toFixed(1)} s`
    : `${(milliseconds / 60_000).toFixed(1)} min`;
}
