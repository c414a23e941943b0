/** Numbers as the tables show them: about three digits that mean something, and no more. */

const integer: Intl.NumberFormat = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Nanoseconds: one decimal below 10, whole numbers with separators above. */
export function formatNs(ns: number): string {
  return ns < 10 ? ns.toFixed(1) : integer.format(ns);
}

/** The range of a summary, as `min–max`. */
export function formatRange(range: { readonly min: number; readonly max: number }): string {
  return `${formatNs(range.min)}–${formatNs(range.max)}`;
}

/** A factor: two decimals below 10, one below 100, whole numbers above. */
export function formatFactor(factor: number): string {
  if (factor < 10) return `${factor.toFixed(2)}×`;
  return factor < 100 ? `${factor.toFixed(1)}×` : `${integer.format(factor)}×`;
}

/** A share of 1 in per cent; what would round to 0 % but is more, as `<1 %`. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.005) return "<1 %";
  return `${Math.round(share * 100)} %`;
}

/** A count, with separators. */
export function formatCount(count: number): string {
  return integer.format(count);
}

/** Bytes in the largest binary unit that keeps the number at 1 or above. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A duration given in ns, in the largest unit that keeps it at 1 or above: two digits that mean something, or three. */
export function formatDuration(ns: number): string {
  const units = ["ns", "µs", "ms", "s"];
  let unit = 0;
  let value = ns;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
