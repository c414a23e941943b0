import type { AllocatorStats } from "../../allocator.ts";
import { assertEqual, assertPattern, assertThrows, assertTrue } from "../assert.ts";
import { InvalidHandleError, LockError, OutOfMemoryError } from "../../errors.ts";
import { fillPattern } from "../pattern.ts";
import type { CaseContext, CaseDefinition, Counts } from "./case-context.ts";
import { assertCounts } from "./case-context.ts";

const pooled = (traits: CaseContext["traits"]): boolean => traits.pooled && !traits.oneBlock;

const NOTHING: Counts = {
  liveBytes: 0,
  liveCount: 0,
  peakBytes: 0,
  peakCount: 0,
  totalBytes: 0,
  totalCount: 0,
  lockedCount: 0,
};

/** What `stats`, `trim` and `check` promise. */
export const pooledCases: readonly CaseDefinition[] = [
  {
    name: "stats follow a known sequence of calls, and check passes after each",
    applies: pooled,
    body: (context) => {
      const { allocator } = context;
      const expected = { ...NOTHING };
      const step = (when: string, change: Partial<Counts>): void => {
        assertCounts(context.pooled, Object.assign(expected, change), when);
        assertSizes(context.pooled.stats(), when);
        context.pooled.check();
      };
      step("nothing", {});
      const a = context.alloc(100);
      step("alloc(100)", {
        liveBytes: 100,
        liveCount: 1,
        peakBytes: 100,
        peakCount: 1,
        totalBytes: 100,
        totalCount: 1,
      });
      const b = context.alloc(0);
      step("alloc(0)", { liveCount: 2, peakCount: 2, totalCount: 2 });
      const c = context.alloc(50_000);
      step("alloc(50000)", {
        liveBytes: 50_100,
        liveCount: 3,
        peakBytes: 50_100,
        peakCount: 3,
        totalBytes: 50_100,
        totalCount: 3,
      });
      allocator.lock(a);
      step("lock", { lockedCount: 1 });
      allocator.lock(a, 0);
      step("a second lock", {});
      allocator.lock(b);
      step("the lock of an empty block", { lockedCount: 2 });
      allocator.free(a);
      step("free of a locked handle", {});
      allocator.unlock(a);
      step("unlock of one lock of two", {});
      allocator.unlock(a);
      allocator.unlock(b);
      step("the last unlocks", { lockedCount: 0 });
      context.release(c);
      step("free of 50000 bytes", { liveBytes: 100, liveCount: 2 });
      allocator.free(c);
      step("a double free", {});
      const d = context.alloc(70);
      step("alloc(70)", { liveBytes: 170, liveCount: 3, totalBytes: 50_170, totalCount: 4 });
      context.release(a);
      context.release(b);
      context.release(d);
      step("free of everything", { liveBytes: 0, liveCount: 0 });
    },
  },
  {
    name: "calls that fail leave the stats as they were",
    applies: pooled,
    body: (context) => {
      const { allocator } = context;
      const handle = context.alloc(10);
      const dead = context.alloc(20);
      context.release(dead);
      const counts = {
        liveBytes: 10,
        liveCount: 1,
        peakBytes: 30,
        peakCount: 2,
        totalBytes: 30,
        totalCount: 2,
      };
      const failures: readonly [string, () => unknown, new (...args: never[]) => Error][] = [
        ["alloc(-1)", (): unknown => allocator.alloc(-1), RangeError],
        ["alloc(2^50)", (): unknown => allocator.alloc(2 ** 50), OutOfMemoryError],
        ["lock of a dead handle", (): unknown => allocator.lock(dead), InvalidHandleError],
        ["unlock of a dead handle", (): unknown => allocator.unlock(dead), InvalidHandleError],
        ["unlock without a lock", (): unknown => allocator.unlock(handle), LockError],
      ];
      for (const [what, call, type] of failures) {
        assertThrows(call, { type }, what);
        assertCounts(context.pooled, { ...counts, lockedCount: 0 }, what);
        context.pooled.check();
      }
    },
  },
  {
    name: "check passes after every step of a long random run",
    applies: pooled,
    body: (context) => {
      const handles: ReturnType<CaseContext["alloc"]>[] = [];
      for (let i = 0; i < 300; i++) {
        if (i % 5 < 3) handles.push(context.alloc((i * 7_919) % (i % 7 === 0 ? 60_000 : 700)));
        else context.release(handles.splice((i * 31) % handles.length, 1)[0]!);
        context.pooled.check();
        assertSizes(context.pooled.stats(), `step ${i}`);
      }
    },
  },
  {
    name: "trim gives back a number of bytes and keeps every live block",
    applies: pooled,
    body: (context) => {
      const { allocator } = context;
      const seeds = Array.from({ length: 24 }, (_, seed) => seed);
      const handles = seeds.map((seed) => context.allocFilled(seed * 4_001, seed));
      for (const seed of seeds) if (seed % 3 === 0) context.release(handles[seed]!);
      const locked = context.alloc(333);
      const view = allocator.lock(locked);
      fillPattern(view, 99);
      for (let round = 0; round < 2; round++) {
        const given: unknown = context.pooled.trim();
        assertTrue(Number.isSafeInteger(given) && Number(given) >= 0, "trim() must give a number of bytes", given);
        context.pooled.check();
        assertSizes(context.pooled.stats(), "trim()");
        assertPattern(view, 99, "a block that was locked during trim()");
        assertTrue(allocator.lock(locked) === view, "the view of a locked block must be the same after trim()");
        allocator.unlock(locked);
        for (const seed of seeds) {
          if (seed % 3 !== 0) context.assertHolds(handles[seed]!, seed * 4_001, seed, "a live block after trim()");
        }
      }
      allocator.unlock(locked);
    },
  },
  {
    name: "trim of an empty pool leaves it usable",
    applies: pooled,
    body: (context) => {
      for (let round = 0; round < 3; round++) {
        context.release(context.allocFilled(200_000, round));
        context.pooled.trim();
        context.pooled.check();
        assertCounts(context.pooled, { liveBytes: 0, liveCount: 0, totalCount: round + 1 }, "trim() of an empty pool");
      }
    },
  },
  {
    name: "blocks in one buffer start multiples of 64 bytes apart",
    applies: pooled,
    body: (context) => {
      const first = new Map<ArrayBufferLike, number>();
      for (let i = 0; i < 200; i++) {
        const bytes = context.allocator.lock(context.alloc(1 + ((i * 7_919) % (i % 9 === 0 ? 30_000 : 300))));
        const base = first.get(bytes.buffer);
        if (base === undefined) first.set(bytes.buffer, bytes.byteOffset);
        else assertEqual(Math.abs(bytes.byteOffset - base) % 64, 0, "the distance of two blocks, modulo 64");
      }
    },
  },
];

/** Asserts what is known of the sizes that depend on the allocator's own ways. */
function assertSizes(stats: AllocatorStats, when: string): void {
  const { liveBytes, footprintBytes, reservedBytes, largestFreeBytes } = stats;
  assertTrue(
    footprintBytes >= liveBytes,
    `footprintBytes must cover ${liveBytes} live bytes after ${when}`,
    footprintBytes,
  );
  assertTrue(reservedBytes >= footprintBytes, `reservedBytes must cover the footprint after ${when}`, reservedBytes);
  assertTrue(largestFreeBytes >= 0, `largestFreeBytes must be a number ≥ 0 after ${when}`, largestFreeBytes);
}
