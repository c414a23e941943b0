import { CorruptionError } from "../../errors.ts";
import { guardReport, isDamage } from "./guard-report.ts";
import type { GuardReport } from "./guard-report.ts";

/**
 * The reports of a guard, in the order they were made. `onReport` is told of them by {@link deliver}, when the call that
 * found them has made its changes: it may use the guard, and must not find it half changed.
 */
export class GuardReports {
  readonly #most: number;
  readonly #onReport: ((report: GuardReport) => void) | undefined;
  #kept: GuardReport[] = [];
  readonly #undelivered: GuardReport[] = [];
  #damages = 0;
  #firstDamage: GuardReport | undefined;
  /** What was warned of. */
  readonly #warned: Set<string> = new Set();

  constructor(most: number, onReport: ((report: GuardReport) => void) | undefined) {
    this.#most = most;
    this.#onReport = onReport;
  }

  get kept(): readonly GuardReport[] {
    return this.#kept;
  }

  add(found: Omit<GuardReport, "message">): void {
    const report = guardReport(found);
    if (this.#kept.length < this.#most) this.#kept.push(report);
    if (isDamage(report)) {
      this.#damages++;
      this.#firstDamage ??= report;
    }
    if (this.#onReport !== undefined) this.#undelivered.push(report);
    else if (isDamage(report)) this.#warn(report);
  }

  /** Tells `onReport` what was added since. What that throws is thrown later, by itself. */
  deliver(): void {
    // By shift: a call that onReport makes delivers what is left itself.
    while (this.#undelivered.length > 0) {
      try {
        this.#onReport!(this.#undelivered.shift()!);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Hands the reports over, and starts anew. */
  take(): readonly GuardReport[] {
    const taken = this.#kept;
    this.#kept = [];
    this.#damages = 0;
    this.#firstDamage = undefined;
    return taken;
  }

  /** @throws {CorruptionError} when there was damage */
  assertNoDamage(): void {
    if (this.#firstDamage === undefined) return;
    const others = this.#damages === 1 ? "" : `\n${this.#damages - 1} more; see reports.`;
    throw new CorruptionError(
      `${this.#firstDamage.message}${others}\nKeep writes within the view of a write lock, from its lock to its unlock.`,
    );
  }

  #warn({ fault, allocatedAt, message }: GuardReport): void {
    const kind = `${fault} ${allocatedAt?.location ?? ""}`;
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    console.warn(`${message}\nOthers of this kind are not told again, only kept in reports.`);
  }
}
