import type { Holder } from "../model/report-model.ts";
import { formatCount, formatTime } from "./units.ts";

/**
 * What a table says of who holds locks: name, locks, held in all, longest, still held.
 *
 * @param none what stands for no lock that is still held
 */
export function holderCells({ name, count, heldMs, longestMs, open }: Holder, none: string): string[] {
  return [name, formatCount(count), formatTime(heldMs), formatTime(longestMs), open === 0 ? none : formatCount(open)];
}
