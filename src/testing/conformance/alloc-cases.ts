import type { Handle } from "../../allocator.ts";
import { assertEqual, assertPattern, assertTrue } from "../assert.ts";
import { fillPattern } from "../pattern.ts";
import type { CaseDefinition } from "./case-context.ts";

/** Around the edges of a granule, of a small block and of a typical bin. */
const SIZES = [0, 1, 63, 64, 65, 1_000, 4_096, 24 * 1_024 - 1, 24 * 1_024, 24 * 1_024 + 1, 100 * 1_024, 2 ** 20];

/** What `alloc` promises: exact sizes, bytes of one's own, contents that stay. */
export const allocCases: readonly CaseDefinition[] = [
  {
    name: "alloc gives a block of exactly the bytes asked for, down to none",
    body: (context) => {
      for (const size of SIZES) {
        const handle = context.alloc(size);
        const bytes = context.allocator.lock(handle);
        assertTrue(bytes instanceof Uint8Array, `the view of ${size} bytes must be a Uint8Array`, bytes);
        assertEqual(bytes.byteLength, size, `the byteLength of the view of ${size} bytes`);
        fillPattern(bytes, size);
        assertPattern(bytes, size, `a block of ${size} bytes that was just written`);
        context.allocator.unlock(handle);
        context.release(handle);
      }
    },
  },
  {
    name: "blocks of no bytes have handles of their own",
    body: (context) => {
      const handles = [context.alloc(0), context.alloc(0), context.alloc(0)];
      assertEqual(new Set(handles).size, handles.length, "the number of different handles of three empty blocks");
      context.release(handles[1]!);
      for (const handle of [handles[0]!, handles[2]!]) {
        assertEqual(context.allocator.lock(handle).byteLength, 0, "the byteLength of an empty block's view");
        context.allocator.unlock(handle);
        context.release(handle);
      }
    },
  },
  {
    name: "live blocks share no bytes",
    body: (context) => {
      const blocks = SIZES.flatMap((size) => [size, size, size]).filter((size) => size <= 100 * 1_024);
      const handles = blocks.map((size, seed) => context.allocFilled(size, seed));
      handles.forEach((handle, seed) => {
        context.assertHolds(handle, blocks[seed]!, seed, "a block while others were written");
      });
    },
  },
  {
    name: "contents stay while other blocks come and go",
    body: (context) => {
      const live = new Map<Handle, { size: number; seed: number }>();
      let random = 12_345;
      const next = (below: number): number => {
        random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
        return (random >>> 8) % below;
      };
      for (let seed = 0; seed < 1_500; seed++) {
        const size = next(8) === 0 ? next(50_000) : next(300);
        live.set(context.allocFilled(size, seed), { size, seed });
        if (live.size <= 60) continue;
        const [handle, block] = [...live][next(live.size)]!;
        context.assertHolds(handle, block.size, block.seed, "a block while others came and went");
        context.release(handle);
        live.delete(handle);
      }
      for (const [handle, { size, seed }] of live) {
        context.assertHolds(handle, size, seed, "a block that outlived the others");
      }
    },
  },
  {
    name: "contents stay across unlock and lock, for reading and for writing",
    body: (context) => {
      const handle = context.allocFilled(1_000, 3);
      for (const op of [0, 1, 0, 1] as const) {
        assertPattern(context.allocator.lock(handle, op), 3, "a block that was unlocked and locked again");
        context.allocator.unlock(handle);
      }
    },
  },
  {
    name: "every block starts at a native address that is a multiple of 64",
    applies: (traits) => !traits.oneBlock && traits.addressOf !== undefined,
    body: (context) => {
      for (const size of SIZES) {
        const bytes = context.allocator.lock(context.alloc(size));
        const address = BigInt(context.traits.addressOf!(bytes));
        if (size > 0) assertEqual(address % 64n, 0n, `the address of a block of ${size} bytes, modulo 64`);
      }
    },
  },
];
