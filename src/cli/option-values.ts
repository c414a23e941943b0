import { InvalidArgumentError } from "commander";

const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** "1048576", "1MiB", "1.5 GiB", "600 kB" as bytes. For commander's options. @throws {InvalidArgumentError} */
export function parseBytes(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const factor = FACTORS[match?.[2]?.toLowerCase() ?? "none"];
  const bytes = Number(match?.[1]) * (factor ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError("Give whole bytes, such as 1048576, 1MiB or 600kB.");
  }
  return bytes;
}

/** "2.5" as 2500 milliseconds; "0" is no time at all, "Infinity" no limit. @throws {InvalidArgumentError} */
export function parseSeconds(text: string): number {
  const seconds = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(seconds) || seconds < 0) {
    throw new InvalidArgumentError("Give 0 or more seconds, such as 2.5, or Infinity for no limit.");
  }
  return 1000 * seconds;
}
