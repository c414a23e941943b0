import { ok } from "node:assert/strict";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { PlannedAllocator } from "../../src/allocators/planned.ts";
import { OutOfMemoryError } from "../../src/errors.ts";
import type { Random } from "../support/random.ts";
import { BlockLedger } from "./block-ledger.ts";
import type { Block } from "./block-ledger.ts";

/** Allocates so many bytes, or frees the block of the n-th allocation of the run. */
type Step = number | { readonly free: number };

/** Runs that repeat, and diverge at random, over a heap that is often too small for them. @returns the steps */
export function runPlannedProgram(random: Random): number {
  const isBounded = random.oneIn(2);
  const below = new HeapAllocator(isBounded ? { maxBytes: 2 ** random.between(12, 20) } : {});
  const planned = new PlannedAllocator(below, {
    maxPlans: random.between(1, 4),
    maxEvents: random.oneIn(5) ? 20 : 1000,
  });
  const ledger = new BlockLedger(planned, random);
  const kinds = Array.from({ length: random.between(1, 4) }, () => randomRun(random));
  const isExplicit = random.oneIn(2);
  const hasKeys = random.oneIn(2);
  let steps = 0;
  for (let run = random.between(3, 12); run > 0; run--) {
    const kind = random.below(kinds.length);
    const program = random.oneIn(3) ? diverging(kinds[kind]!, random) : kinds[kind]!;
    if (isExplicit) planned.beginRun(hasKeys ? kind : undefined);
    steps += perform(planned, ledger, program, random);
    if (isExplicit) planned.endRun();
    ledger.check();
    // Blocks that outlived their run go now, or with a later one.
    for (const block of ledger.blocks.filter(() => !random.oneIn(4))) ledger.free(block);
    if (random.oneIn(8)) planned.trim();
    ledger.check();
  }
  steps += ledger.freeAll();
  return steps;
}

function perform(planned: PlannedAllocator, ledger: BlockLedger, program: readonly Step[], random: Random): number {
  const made: (Block | undefined)[] = [];
  for (const step of program) {
    if (typeof step === "number") {
      made.push(allocate(planned, ledger, step));
    } else {
      const block = made[step.free];
      if (block !== undefined && ledger.blocks.includes(block)) ledger.free(block);
    }
    if (random.oneIn(20) && ledger.blocks.length > 0) ledger.lock(random.pick(ledger.blocks));
    if (random.oneIn(10) && ledger.blocks.length > 0) ledger.unlock(random.pick(ledger.blocks));
    ledger.check();
  }
  return program.length;
}

function allocate(planned: PlannedAllocator, ledger: BlockLedger, size: number): Block | undefined {
  try {
    return ledger.add(planned.alloc(size), size);
  } catch (error) {
    ok(error instanceof OutOfMemoryError, String(error));
    return undefined;
  }
}

/** Up to 40 blocks; most are freed. */
function randomRun(random: Random): Step[] {
  const run: Step[] = [];
  const live: number[] = [];
  for (let i = random.between(1, 40), n = 0; n < i; n++) {
    live.push(n);
    run.push(random.below(2 ** random.between(0, 15)));
    while (random.oneIn(2) && live.length > 0) run.push({ free: live.splice(random.below(live.length), 1)[0]! });
  }
  while (live.length > random.below(3)) run.push({ free: live.splice(random.below(live.length), 1)[0]! });
  return run;
}

/** Another size, one allocation more, a free that comes last or first of all left, or an early end. */
function diverging(run: readonly Step[], random: Random): Step[] {
  const changed = [...run];
  const at = random.below(run.length);
  const step = changed[at]!;
  if (random.oneIn(4)) return changed.slice(0, at + 1);
  if (random.oneIn(4)) changed.push(random.below(5000));
  else if (typeof step === "number") changed[at] = step + random.between(1, 5000);
  else changed.push(...changed.splice(at, 1));
  return changed;
}
