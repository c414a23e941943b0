/** Numbers as people read them: the same words on the page and in every command. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `1,536` → `1.5 KiB`. Three or four digits. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${bytes < 0 ? "−" : ""}${Number(value.toFixed(digits))} ${UNITS[unit]}`;
}

/** `1234567` → `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Milliseconds as µs, ms, s or minutes; "–" where they are not finite. */
export function formatTime(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "–";
  const value = Math.abs(milliseconds);
  if (value === 0) return "0 ms";
  if (value < 0.9995) return `${Number((milliseconds * 1000).toPrecision(3))} µs`;
  if (value < 999.5) return `${Number(milliseconds.toPrecision(3))} ms`;
  if (value < 120_000) return `${Number((milliseconds / 1000).toPrecision(value < 10_000 ? 3 : 4))} s`;
  return `${Number((milliseconds / 60_000).toPrecision(3))} min`;
}

/** `0.123` → `12.3 %`. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return "–";
  return `${Number((share * 100).toFixed(share < 0.0995 ? 2 : 1))} %`;
}

/** `a block`, `2 blocks`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
