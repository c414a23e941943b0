import type { Handle } from "../../allocator.ts";
import type { CallSite } from "../call-site.ts";
import { FRONT_BYTES, damageAt, guardedBytes, overrunOf, paintCanaries, underrunOf } from "./canary.ts";
import type { Damage } from "./canary.ts";
import { Contents } from "./contents.ts";
import type { GuardFault, GuardedHistory } from "./guard-report.ts";
import { FRESH_POISON, POISON, firstUnpoisoned } from "./poison.ts";

/** Damage, and the name of it. */
export interface BlockFault {
  readonly fault: GuardFault;
  readonly damage: Damage;
}

/**
 * One block with its canaries: live, or freed and full of poison. Every `bytes` is all of it, canaries included; it is
 * empty when the user transferred its buffer to somebody else, and then there is nothing to inspect or to fill.
 */
export class GuardedBlock implements GuardedHistory {
  readonly handle: Handle;
  /** Its handle in the upstream. */
  readonly below: Handle;
  readonly size: number;
  readonly allocatedAt: CallSite | undefined;
  lockedAt: CallSite | undefined;
  freedAt: CallSite | undefined;
  /** The upstream's view of the last lock, and the user's view in it. */
  #bytes: Uint8Array | undefined;
  #view: Uint8Array | undefined;
  /** What it held when it was locked for reading; undefined unless all its locks are for reading. */
  #contents: Contents | undefined;

  constructor(handle: Handle, below: Handle, size: number, allocatedAt: CallSite | undefined) {
    this.handle = handle;
    this.below = below;
    this.size = size;
    this.allocatedAt = allocatedAt;
  }

  /** Bytes that the upstream holds for it. */
  get bytesBelow(): number {
    return guardedBytes(this.size);
  }

  /** All of it while it is locked. */
  get lockedBytes(): Uint8Array | undefined {
    return this.#bytes;
  }

  /** Makes fresh memory a guarded block. */
  open(bytes: Uint8Array, poisons: boolean): void {
    paintCanaries(bytes, this.size);
    if (poisons) bytes.fill(FRESH_POISON, FRONT_BYTES, FRONT_BYTES + this.size);
  }

  /** The user's view in the upstream's: the same object while that is the same. */
  viewOf(bytes: Uint8Array): Uint8Array {
    if (this.#bytes !== bytes || this.#view === undefined) {
      this.#bytes = bytes;
      this.#view = isDetached(bytes) ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset + FRONT_BYTES, this.size);
    }
    return this.#view;
  }

  /** From now on nothing may be written, until {@link allowWrites}. */
  forbidWrites(lockedAt: CallSite | undefined): void {
    if (isDetached(this.#bytes!)) return;
    this.#contents = new Contents(this.#view!);
    this.lockedAt = lockedAt;
  }

  allowWrites(): void {
    this.#contents = undefined;
    this.lockedAt = undefined;
  }

  /** What is wrong with a live block. What was found is mended, so that it is found once. */
  inspect(bytes: Uint8Array): BlockFault[] {
    const faults: BlockFault[] = [];
    if (isDetached(bytes)) return faults;
    const underrun = underrunOf(bytes);
    if (underrun !== undefined) faults.push({ fault: "underrun", damage: underrun });
    const overrun = overrunOf(bytes, this.size);
    if (overrun !== undefined) faults.push({ fault: "overrun", damage: overrun });
    if (faults.length > 0) paintCanaries(bytes, this.size);
    const change = this.#contents?.changeIn(this.#view!);
    if (change !== undefined) {
      faults.push({ fault: "write-through-read-lock", damage: change });
      this.#contents = new Contents(this.#view!);
    }
    return faults;
  }

  /** Fills it with poison: from now on, nobody may write to it. */
  close(bytes: Uint8Array, freedAt: CallSite | undefined): void {
    this.freedAt = freedAt;
    this.#bytes = undefined;
    this.#view = undefined;
    if (!isDetached(bytes)) bytes.fill(POISON, FRONT_BYTES, FRONT_BYTES + this.size);
  }

  /** What was written to a closed block, if anything was; it is mended. */
  inspectClosed(bytes: Uint8Array): BlockFault | undefined {
    if (isDetached(bytes)) return undefined;
    const [start, end] = [FRONT_BYTES, FRONT_BYTES + this.size];
    const at = firstUnpoisoned(bytes, start, end);
    const inside = at < 0 ? undefined : damageAt(bytes, at, POISON);
    const damage = inside ?? underrunOf(bytes) ?? overrunOf(bytes, this.size);
    if (damage === undefined) return undefined;
    paintCanaries(bytes, this.size);
    bytes.fill(POISON, start, end);
    return { fault: "write-after-free", damage };
  }
}

/** Canaries alone are more than no bytes. */
function isDetached(bytes: Uint8Array): boolean {
  return bytes.byteLength === 0;
}
