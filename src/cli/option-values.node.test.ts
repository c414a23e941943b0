import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import { parseBytes, parseSeconds } from "./option-values.ts";

describe("bytes", () => {
  test.each([
    ["0", 0],
    ["1048576", 1_048_576],
    ["1MiB", 1_048_576],
    ["1 mib", 1_048_576],
    ["1.5KiB", 1536],
    ["600kB", 600_000],
    ["2GB", 2e9],
    ["64B", 64],
  ])("%s is %i", (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  test.each(["", "MiB", "-1", "1.3", "1.3B", "1 XiB", "1e6", "0x10", "9999999TiB", "NaN", "constructor"])(
    "%j is refused",
    (text) => {
      expect(() => parseBytes(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe("seconds", () => {
  test.each([
    ["0", 0],
    ["2.5", 2500],
    ["Infinity", Infinity],
  ])("%s is %d ms", (text, milliseconds) => {
    expect(parseSeconds(text)).toBe(milliseconds);
  });

  test.each(["", " ", "-1", "soon", "NaN"])("%j is refused", (text) => {
    expect(() => parseSeconds(text)).toThrow(InvalidArgumentError);
  });
});
