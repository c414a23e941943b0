/** What blocks are grouped by. A block without a label, site or phase is in the group `""`; sizes are in bytes. */
export type TraceGrouping = "label" | "phase" | "site" | "size";

/** What blocks have that are counted. */
export interface GroupedBlock {
  readonly size: number;
  readonly label: string | undefined;
  readonly site: string | undefined;
  readonly phase: string | undefined;
}

/** The name of a block's group. */
export function groupOf(block: GroupedBlock, by: TraceGrouping): string {
  return by === "size" ? String(block.size) : (block[by] ?? "");
}
