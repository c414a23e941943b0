import { tryAlloc } from "../../allocator.ts";
import { describe } from "../../errors.ts";
import { assertThrows } from "../assert.ts";
import { BAD_SIZE_NUMBERS, BAD_SIZE_TYPES } from "./bad-values.ts";
import type { CaseContext, CaseDefinition } from "./case-context.ts";

/** What `alloc` refuses. */
export const sizeCases: readonly CaseDefinition[] = [
  {
    name: "a size that is negative, fractional, not finite or unsafe is a RangeError and changes nothing",
    applies: () => true,
    body: (context) => assertRefused(context, BAD_SIZE_NUMBERS, RangeError),
  },
  {
    name: "a size that is no number is a TypeError and changes nothing",
    applies: () => true,
    body: (context) => assertRefused(context, BAD_SIZE_TYPES, TypeError),
  },
];

function assertRefused(context: CaseContext, sizes: readonly unknown[], type: new () => Error): void {
  for (const size of sizes) {
    const what = `alloc(${describe(size)})`;
    context.assertUnchanged(() => {
      assertThrows(() => context.alloc(size as number), { type, code: "ERR_SIZE" }, what);
      assertThrows(() => tryAlloc(context.allocator, size as number), { type, code: "ERR_SIZE" }, `try${what}`);
    }, what);
  }
}
