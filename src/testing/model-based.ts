/** `tensorheap/testing/model-based`: random programs against a model. Needs `fast-check`, an optional peer. */
import * as fc from "fast-check";
import type { IAllocator } from "../allocator.ts";
import { BAD_SIZE_NUMBERS, BAD_SIZE_TYPES } from "./conformance/bad-values.ts";
import { assertEqual } from "./assert.ts";
import type { AllocatorCommand } from "./model/commands.ts";
import {
  allocCommand,
  badSizeCommand,
  freeCommand,
  freeLockedCommand,
  lockCommand,
  staleCommand,
  trimCommand,
  unlockCommand,
  writeCommand,
} from "./model/commands.ts";
import type { ModelBlock, ModelLimits } from "./model/model-state.ts";
import { ModelState } from "./model/model-state.ts";

export type { AllocatorCommand, ModelBlock, ModelLimits };
export { ModelState };

/** What the random programs are made of. Every option has a default. */
export interface AllocatorModelOptions {
  /** Commands in a program at most. Default: 60. */
  readonly maxCommands?: number;
  /** The sizes to allocate, in bytes. Default: from 0 to 2 MiB, most of them small or at the edge of something. */
  readonly sizes?: readonly number[];
  /**
   * The allocator's budget in bytes. Only with it may an alloc fail with an `OutOfMemoryError`, and then not while
   * nothing is live and the size is within the budget; nor may more bytes ever be live.
   */
  readonly limitBytes?: number;
  /** Blocks in one buffer start multiples of this many bytes apart. Default: 64 for a pooled allocator, else 1. */
  readonly alignment?: number;
  /** Locks for reading and writing exclude each other even within a thread. Default: false. */
  readonly exclusiveLocks?: boolean;
}

/** The same, and how many programs are run. */
export interface AllocatorModelRunOptions<A extends IAllocator = IAllocator> extends AllocatorModelOptions {
  /** Random programs to try. Default: 100. */
  readonly runs?: number;
  /** Repeats the programs of an earlier run: the seed that its message gives. Default: another one each time. */
  readonly seed?: number;
  /** Called after each program with its allocator; every handle is freed by then, unless the program failed. */
  readonly dispose?: (allocator: A) => void;
}

/** Random programs for an allocator, and the model that they are compared with. */
export interface AllocatorModel {
  /** For `fc.property`; each program is run by `fc.modelRun`. */
  readonly commands: fc.Arbitrary<Iterable<AllocatorCommand>>;
  /** The model of an allocator in which nothing is live. */
  readonly initial: () => ModelState;
}

/** Around the edges of a granule, a small block and a bin. */
const EDGES = [0, 1, 63, 64, 65, 24 * 1024 - 1, 24 * 1024, 24 * 1024 + 1, 100 * 1024];

/**
 * The pieces of {@link runAllocatorModel}, for people who write their own properties.
 *
 * After every command the allocator is compared with the model: contents of all live blocks, exact lengths, no overlap,
 * alignment, and for a pooled allocator its stats and its own `check()`.
 */
export function allocatorModel(options: AllocatorModelOptions = {}): AllocatorModel {
  const { maxCommands = 60, limitBytes, alignment, exclusiveLocks = false } = options;
  const index = fc.nat({ max: 999 });
  const pattern = fc.nat({ max: 255 });
  const alloc = fc.tuple(sizesOf(options), fc.option(pattern, { freq: 4 })).map((args) => allocCommand(...args));
  const free = fc.tuple(index, fc.constantFrom(1, 1, 1, 2)).map((args) => freeCommand(...args));
  const lock = fc.tuple(index, fc.constantFrom(0, 1, 1)).map((args) => lockCommand(...args));
  const unlock = index.map(unlockCommand);
  const write = fc.tuple(index, pattern).map((args) => writeCommand(...args));
  const stale = fc.tuple(index, fc.constantFrom("free", "lock", "unlock")).map((args) => staleCommand(...args));
  const rare = fc.oneof(
    index.map(freeLockedCommand),
    fc.constantFrom(...BAD_SIZE_NUMBERS, ...BAD_SIZE_TYPES).map(badSizeCommand),
    fc.constant(null).map(trimCommand),
  );
  // A name twice is a command twice as frequent.
  const arbitraries: fc.Arbitrary<AllocatorCommand>[] = [
    alloc,
    alloc,
    alloc,
    free,
    free,
    lock,
    unlock,
    write,
    stale,
    rare,
  ];
  return {
    commands: fc.commands(arbitraries, { maxCommands, size: "max" }),
    initial: () => new ModelState({ limitBytes, alignment, exclusiveLocks }),
  };
}

/**
 * Runs random programs of alloc, lock, write, unlock, free, trim and misuse on fresh allocators, and compares each
 * with a model after every command.
 *
 * @param make gives a new allocator each time it is called
 * @throws fast-check's error with the seed, the path and the shortest program that fails; its `cause` says what was wrong
 */
export function runAllocatorModel<A extends IAllocator>(
  make: () => A,
  options: AllocatorModelRunOptions<A> = {},
): void {
  const { runs = 100, seed, dispose } = options;
  const { commands, initial } = allocatorModel(options);
  const property = fc.property(commands, (program) => {
    const allocator = make();
    try {
      const model = initial();
      fc.modelRun(() => ({ model, real: allocator }), program);
      freeAll(model, allocator);
    } finally {
      dispose?.(allocator);
    }
  });
  fc.assert(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
}

/** Ends a program: everything can be freed, and then nothing is live. */
function freeAll(model: ModelState, allocator: IAllocator): void {
  for (let block = model.live.at(-1); block !== undefined; block = model.live.at(-1)) {
    for (; block.locks > 0; block.locks--) allocator.unlock(block.handle);
    assertEqual(allocator.free(block.handle), true, "free of a live handle at the end of the program");
    model.remove(block);
  }
  model.verify(allocator);
}

function sizesOf({ sizes, limitBytes }: AllocatorModelOptions): fc.Arbitrary<number> {
  if (sizes !== undefined) return fc.constantFrom(...sizes);
  const most = limitBytes ?? 2 * 2 ** 20;
  const parts = [2, 3, 7, 20].map((part) => Math.floor(most / part));
  const edges = limitBytes === undefined ? EDGES : [...EDGES, ...parts, limitBytes, limitBytes + 1];
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...edges) },
    { weight: 4, arbitrary: fc.nat({ max: Math.min(most, 2_000) }) },
    { weight: 3, arbitrary: fc.nat({ max: Math.min(most, 200_000) }) },
    { weight: 1, arbitrary: fc.nat({ max: Math.min(most, 2 * 2 ** 20) }) },
  );
}
