import { readFileSync } from "node:fs";

/**
 * The most memory of this process that was resident at once, in bytes. On Linux not from `resourceUsage`, whose maximum
 * remembers the process that started this one too.
 */
export function peakRssBytes(): number {
  if (process.platform === "linux") {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kib !== undefined) return Number(kib) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}
