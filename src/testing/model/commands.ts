import type { Command } from "fast-check";
import type { Handle, IAllocator, LockOp } from "../../allocator.ts";
import { InvalidHandleError, LockError, OutOfMemoryError } from "../../errors.ts";
import { assertEqual, assertThrows, assertTrue } from "../assert.ts";
import { isPooled } from "../conformance/traits.ts";
import { fillPattern } from "../pattern.ts";
import type { ModelBlock, ModelState } from "./model-state.ts";

/** A command over the model and the allocator under test. */
export type AllocatorCommand = Command<ModelState, IAllocator>;

/** Bytes that a program without a budget holds live at most, so that it tests the allocator and not the machine. */
const MOST_LIVE_BYTES = 64 * 2 ** 20;

const INVALID = { type: InvalidHandleError, code: "ERR_INVALID_HANDLE" };

/** What a command says of itself; the check of everything follows each run. */
interface Definition {
  readonly text: string;
  /** Whether the command makes sense now. Default: always. */
  readonly when?: (model: Readonly<ModelState>) => boolean;
  /** @returns the live block that it was about, if it was about one */
  readonly run: (model: ModelState, allocator: IAllocator) => ModelBlock | undefined;
}

function command({ text, when, run }: Definition): AllocatorCommand {
  return {
    check: (model) => when?.(model) ?? true,
    run: (model, allocator) => model.verify(allocator, run(model, allocator)),
    toString: () => text,
  };
}

const someLive = (model: Readonly<ModelState>): boolean => model.live.length > 0;
const someStale = (model: Readonly<ModelState>): boolean => model.stale.length > 0;
const lockedOf = (model: Readonly<ModelState>): ModelBlock[] => model.live.filter(({ locks }) => locks > 0);
const writableOf = (model: Readonly<ModelState>): ModelBlock[] => model.live.filter(({ writable }) => writable);
const unlockedOf = (model: Readonly<ModelState>): ModelBlock[] => model.live.filter(({ locks }) => locks === 0);

/** Allocates, and writes a pattern at once when it is given one. */
export function allocCommand(size: number, seed: number | null): AllocatorCommand {
  return command({
    text: seed === null ? `alloc(${size})` : `alloc(${size}, pattern ${seed})`,
    when: ({ liveBytes, limits }) => limits.limitBytes !== undefined || liveBytes + size <= MOST_LIVE_BYTES,
    run: (model, allocator) => {
      const handle = allocWithin(model, allocator, size);
      if (handle === undefined) return undefined;
      assertTrue(Number.isInteger(handle) && handle >= 0 && handle < 2 ** 30, "a handle must be small", handle);
      assertTrue(!model.live.some((block) => block.handle === handle), "a live handle must not be given again", handle);
      assertTrue(!model.stale.includes(handle), "a stale handle must not be given again", handle);
      const block = model.add(handle, size);
      if (seed === null) return block;
      fillPattern(allocator.lock(handle), seed);
      allocator.unlock(handle);
      block.seed = seed;
      return block;
    },
  });
}

/** Allocates, and says whether that may fail. */
function allocWithin({ live, liveBytes, limits }: ModelState, allocator: IAllocator, size: number): Handle | undefined {
  const { limitBytes } = limits;
  try {
    const handle = allocator.alloc(size);
    if (limitBytes === undefined) return handle;
    assertTrue(liveBytes + size <= limitBytes, `no more than ${limitBytes} bytes may be live`, liveBytes + size);
    return handle;
  } catch (error) {
    if (limitBytes === undefined || !(error instanceof OutOfMemoryError)) throw error;
    assertTrue(
      live.length > 0 || size > limitBytes,
      `a block of ${size} bytes must be had while nothing is live`,
      error,
    );
    return undefined;
  }
}

export function lockCommand(index: number, wanted: LockOp): AllocatorCommand {
  return command({
    text: `lock(#${index}, ${wanted === 0 ? "read" : "write"})`,
    when: someLive,
    run: (model, allocator) => {
      const block = model.pick(index);
      const op = model.limits.exclusiveLocks && block.locks > 0 ? block.op : wanted;
      const view = allocator.lock(block.handle, op);
      if (block.view === undefined) {
        block.view = view;
        block.op = op;
      }
      assertTrue(view === block.view, "a nested lock must give the view that is out");
      block.locks++;
      block.writable ||= op === 1;
      return block;
    },
  });
}

export function writeCommand(index: number, seed: number): AllocatorCommand {
  return command({
    text: `write(#${index}, pattern ${seed})`,
    when: (model) => writableOf(model).length > 0,
    run: (model) => {
      const blocks = writableOf(model);
      const block = blocks[index % blocks.length]!;
      fillPattern(block.view!, seed);
      block.seed = seed;
      return block;
    },
  });
}

/** Unlocks; a handle that is not locked must be refused. */
export function unlockCommand(index: number): AllocatorCommand {
  return command({
    text: `unlock(#${index})`,
    when: someLive,
    run: (model, allocator) => {
      const locked = lockedOf(model);
      const block = index % 4 === 0 || locked.length === 0 ? model.pick(index) : locked[index % locked.length]!;
      if (block.locks === 0) {
        assertThrows(
          () => allocator.unlock(block.handle),
          { type: LockError, code: "ERR_LOCK" },
          "unlock without a lock",
        );
        return block;
      }
      allocator.unlock(block.handle);
      if (--block.locks === 0) {
        block.view = undefined;
        block.writable = false;
      }
      return block;
    },
  });
}

/** Frees a block that is not locked, `times` in a row: once is true, any more is false. */
export function freeCommand(index: number, times: number): AllocatorCommand {
  return command({
    text: times === 1 ? `free(#${index})` : `free(#${index}) ${times} times`,
    when: (model) => unlockedOf(model).length > 0,
    run: (model, allocator) => {
      const blocks = unlockedOf(model);
      const block = blocks[index % blocks.length]!;
      assertEqual(allocator.free(block.handle), true, "free of a live handle that is not locked");
      model.remove(block);
      for (let i = 1; i < times; i++) assertEqual(allocator.free(block.handle), false, "a double free");
      return undefined;
    },
  });
}

export function freeLockedCommand(index: number): AllocatorCommand {
  return command({
    text: `freeLocked(#${index})`,
    when: (model) => lockedOf(model).length > 0,
    run: (model, allocator) => {
      const blocks = lockedOf(model);
      const block = blocks[index % blocks.length]!;
      assertEqual(allocator.free(block.handle), false, "free of a locked handle");
      return block;
    },
  });
}

export function staleCommand(index: number, call: "free" | "lock" | "unlock"): AllocatorCommand {
  return command({
    text: `${call}(stale #${index})`,
    when: someStale,
    run: (model, allocator) => {
      const handle = model.stale[index % model.stale.length]!;
      if (call === "free") assertEqual(allocator.free(handle), false, "free of a stale handle");
      else assertThrows(() => allocator[call](handle), INVALID, `${call} of a stale handle`);
      return undefined;
    },
  });
}

export function trimCommand(): AllocatorCommand {
  return command({
    text: "trim()",
    run: (_model, allocator) => {
      if (!isPooled(allocator)) return undefined;
      const given: unknown = allocator.trim();
      assertTrue(Number.isSafeInteger(given) && Number(given) >= 0, "trim() must give a number of bytes", given);
      return undefined;
    },
  });
}

/** Asks for a size that is none. */
export function badSizeCommand(size: unknown): AllocatorCommand {
  const type = typeof size === "number" ? RangeError : TypeError;
  const text = `alloc(${typeof size === "string" ? JSON.stringify(size) : String(size)})`;
  return command({
    text,
    run: (_model, allocator) => {
      assertThrows(() => allocator.alloc(size as number), { type, code: "ERR_SIZE" }, text);
      return undefined;
    },
  });
}
