import { expect, test } from "vitest";
import * as errors from "./errors.ts";
import { OutOfMemoryError, TensorHeapError, assertSize, describe } from "./errors.ts";

test("every error class extends TensorHeapError, is named after itself and has a code of its own", () => {
  const numbers = { allocator: "a", requestedBytes: 1, liveBytes: 2, limitBytes: 3, largestFreeBytes: 4 };
  const made: TensorHeapError[] = [
    new errors.OutOfMemoryError(numbers),
    new errors.InvalidHandleError("a", "lock", 1),
    new errors.LockError("m", 1),
    new errors.DescError("m"),
    new errors.BlobError("m"),
    new errors.EngineError("m", "x"),
    new errors.CorruptionError("m"),
  ];
  for (const error of made) {
    expect(error).toBeInstanceOf(TensorHeapError);
    expect(error.name).toBe(error.constructor.name);
    expect(error.stack).toContain(error.name);
  }
  expect(new Set(made.map((error) => error.code)).size).toBe(made.length);
  const classes = Object.values(errors).filter(
    (value) => typeof value === "function" && value.prototype instanceof TensorHeapError,
  );
  expect(classes.length).toBe(made.length);
});

test("an out-of-memory error has its numbers as fields and in its message, which ends in the cure", () => {
  const numbers = { allocator: "heap", requestedBytes: 10, liveBytes: 20, limitBytes: 30, largestFreeBytes: 5 };
  const error = new OutOfMemoryError(numbers);
  expect(error).toMatchObject(numbers);
  expect(error.message).toBe(
    "heap cannot allocate 10 bytes: 20 bytes are live of a limit of 30, and the largest free block has 5. " +
      "Free something first, or raise the limit.",
  );
});

test("an out-of-memory error of an allocator without a limit does not speak of a limit of Infinity", () => {
  const numbers = { allocator: "heap", requestedBytes: 10, liveBytes: 20, limitBytes: Infinity, largestFreeBytes: 5 };
  expect(new OutOfMemoryError({ ...numbers, hint: "Split it." }).message).toBe(
    "heap cannot allocate 10 bytes: 20 bytes are live, with no limit set, and the largest free block has 5. Split it.",
  );
});

test("a size that is none is the language's own error, with a code and the cure", () => {
  for (const bad of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    expect(() => assertSize(bad)).toThrow(RangeError);
    expect(() => assertSize(bad)).toThrow(expect.objectContaining({ code: "ERR_SIZE" }));
    expect(() => assertSize(bad)).toThrow(`not ${bad}. Round it up`);
  }
  for (const bad of ["8", undefined, null, 8n, {}]) {
    expect(() => assertSize(bad)).toThrow(TypeError);
    expect(() => assertSize(bad)).toThrow(expect.objectContaining({ code: "ERR_SIZE" }));
  }
  for (const good of [0, 1, 2 ** 53 - 1]) expect(() => assertSize(good)).not.toThrow();
});

test("any value can be shown in a message", () => {
  expect(describe("8")).toBe('"8"');
  expect(describe("x".repeat(100)).length).toBeLessThan(50);
  expect(describe(5n)).toBe("5n");
  expect(describe([1, "a", null, [2]])).toBe('[1, "a", null, […]]');
  expect(describe(Array.from({ length: 100 }, (_, i) => i))).toBe("[0, 1, 2, 3, 4, 5, 6, 7, … 100 in all]");
  expect(describe(new Map())).toBe("a Map");
  expect(describe(() => 1)).toBe("a function");
  expect(describe([Object.create(null), Symbol("s")])).toBe("[an object, Symbol(s)]");
});

test("a value that throws when it is looked at is shown all the same", () => {
  const hostile = {
    get constructor(): never {
      throw new Error("boom");
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect([describe(hostile), describe(proxy), describe([hostile])]).toEqual(["an object", "an object", "[an object]"]);
});
