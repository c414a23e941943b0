/** A name further off is not what was meant. */
const MAX_DISTANCE = 2;

/**
 * The end of a message about an unknown name: the nearest names, or all of them when none is near.
 *
 * The distance is the number of letters inserted, dropped or replaced, whatever the case.
 */
export function suggest(text: string, names: readonly string[]): string {
  const distances = names.map((name) => distance(text.slice(0, 40).toUpperCase(), name));
  const least = Math.min(...distances);
  if (least <= MAX_DISTANCE) return `Did you mean ${names.filter((_, i) => distances[i] === least).join(", ")}?`;
  return `Known names are ${names.join(", ")}.`;
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
