/**
 * Random programs over a guard, clean ones and ones with a single fault at a random place, and what the guard has to find.
 * Everything follows from the seed.
 */
import { Random } from "../../test/support/random.ts";
import { LockOp } from "../allocator.ts";
import type { Handle, IAllocator } from "../allocator.ts";
import { CorruptionError } from "../errors.ts";
import { GuardAdaptor } from "./guard.ts";
import type { GuardFault } from "./guard/guard-report.ts";

export const PLANTED_FAULTS: readonly GuardFault[] = [
  "overrun",
  "underrun",
  "write-after-free",
  "write-through-read-lock",
];

const STEPS = 60;

interface Block {
  readonly handle: Handle;
  readonly size: number;
  /** The locks that are out, in the order they were taken. */
  readonly locks: LockOp[];
  /** Whether a write lock was among those since the block was last not locked. */
  wasWritable: boolean;
  view: Uint8Array;
}

/** A fault that was planted: the block, and the byte that was changed, counted from its first one. */
interface Planted {
  readonly fault: GuardFault;
  readonly handle: Handle;
  readonly offset: number;
}

/**
 * Runs one program.
 *
 * @param fault what is planted once; undefined for a clean program
 * @returns undefined when the guard found just that; else what went wrong
 */
export function runFaultProgram(
  make: () => IAllocator,
  fault: GuardFault | undefined,
  seed: number,
): string | undefined {
  const random = new Random(seed);
  const guard = new GuardAdaptor(make(), {
    callSites: seed % 50 === 0,
    // A block that left the quarantine cannot be watched: a program frees fewer than this.
    quarantineBlocks: random.oneIn(4) ? 2 * STEPS : 1_024,
    poisonOnAlloc: random.oneIn(2),
  });
  const program = new Program(guard, random);
  const plantAt = random.below(STEPS);
  let planted: Planted | undefined;
  for (let step = 0; step < STEPS; step++) {
    program.step();
    if (fault !== undefined && planted === undefined && step >= plantAt) planted = program.plant(fault);
    if (random.oneIn(25)) checkQuietly(guard);
  }
  if (fault !== undefined) planted ??= program.plantAtLast(fault);
  program.end();
  checkQuietly(guard);
  guard.trim();
  const found = guard.reports.map((report) => `${report.fault} of ${String(report.handle)} at ${report.offset}`);
  const expected = planted === undefined ? [] : [`${planted.fault} of ${planted.handle} at ${planted.offset}`];
  if (found.join() === expected.join()) return undefined;
  return `seed ${seed}: planted ${expected.join() || "nothing"}, found ${found.join() || "nothing"}`;
}

/** Damage stays in the reports. */
function checkQuietly(guard: GuardAdaptor): void {
  try {
    guard.check();
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
  }
}

class Program {
  readonly #guard: GuardAdaptor;
  readonly #random: Random;
  readonly #live: Block[] = [];
  /** Blocks that were freed with their views kept, as a careless program does. */
  readonly #freed: Block[] = [];

  constructor(guard: GuardAdaptor, random: Random) {
    this.#guard = guard;
    this.#random = random;
  }

  /** Does one right thing. */
  step(): void {
    const random = this.#random;
    const block = this.#live.length === 0 ? undefined : random.pick(this.#live);
    if (block === undefined || random.oneIn(3)) return void this.#alloc();
    switch (random.below(4)) {
      case 0:
        return this.#lock(block, random.oneIn(2) ? LockOp.LOCK_FOR_READ : LockOp.LOCK_FOR_WRITE);
      case 1:
        return this.#unlock(block);
      case 2:
        if (block.locks.includes(LockOp.LOCK_FOR_WRITE)) block.view.fill(random.below(256));
        return;
      default:
        while (block.locks.length > 0) this.#unlock(block);
        this.#free(block);
    }
  }

  /** Does the wrong thing, if there is a block that it can be done to. */
  plant(fault: GuardFault): Planted | undefined {
    const block = this.#victim(fault);
    if (block === undefined) return undefined;
    const offset = this.#offset(fault, block.size);
    const { buffer, byteOffset } = block.view;
    // Exclusive or with 1 to 255: the byte is another one for sure.
    new Uint8Array(buffer)[byteOffset + offset]! ^= 1 + this.#random.below(255);
    return { fault, handle: block.handle, offset };
  }

  /** {@link plant}, on a block that is made for it. */
  plantAtLast(fault: GuardFault): Planted {
    const block = this.#alloc(1 + this.#random.below(1_000));
    this.#lock(block, LockOp.LOCK_FOR_READ);
    if (fault === "write-after-free") {
      this.#unlock(block);
      this.#free(block);
      this.#freed.splice(0, this.#freed.length - 1);
    }
    return this.plant(fault)!;
  }

  end(): void {
    for (let block = this.#live.at(-1); block !== undefined; block = this.#live.at(-1)) {
      while (block.locks.length > 0) this.#unlock(block);
      this.#free(block);
    }
  }

  #victim(fault: GuardFault): Block | undefined {
    const blocks = fault === "write-after-free" ? this.#freed : this.#live;
    const fitting = blocks.filter(({ size, locks, wasWritable, view }) => {
      if (fault !== "write-through-read-lock") return view.byteLength === size && view.byteOffset > 0;
      return size > 0 && locks.length > 0 && !wasWritable;
    });
    return fitting.length === 0 ? undefined : this.#random.pick(fitting);
  }

  #offset(fault: GuardFault, size: number): number {
    const random = this.#random;
    if (fault === "overrun") return size + (random.oneIn(2) ? 0 : random.below(64));
    if (fault === "underrun") return random.oneIn(2) ? -1 : -1 - random.below(64);
    return fault === "write-after-free" && size === 0 ? -1 : random.below(size);
  }

  #alloc(size: number = this.#size()): Block {
    const handle = this.#guard.alloc(size);
    // Locked once, so that its view is known.
    const view = this.#guard.lock(handle);
    if (this.#random.oneIn(2)) view.fill(this.#random.below(256));
    this.#guard.unlock(handle);
    const block: Block = { handle, size, locks: [], wasWritable: false, view };
    this.#live.push(block);
    return block;
  }

  #size(): number {
    const random = this.#random;
    if (random.oneIn(8)) return random.pick([0, 1, 63, 64, 65, 4_096]);
    return random.below(random.oneIn(10) ? 30_000 : 600);
  }

  #lock(block: Block, op: LockOp): void {
    block.view = this.#guard.lock(block.handle, op);
    block.locks.push(op);
    block.wasWritable ||= op === LockOp.LOCK_FOR_WRITE;
  }

  #unlock(block: Block): void {
    if (block.locks.length === 0) return;
    this.#guard.unlock(block.handle);
    block.locks.splice(this.#random.below(block.locks.length), 1);
    if (block.locks.length === 0) block.wasWritable = false;
  }

  #free(block: Block): void {
    if (!this.#guard.free(block.handle)) throw new Error("a block that is not locked must be freed");
    this.#live.splice(this.#live.indexOf(block), 1);
    this.#freed.push(block);
  }
}
