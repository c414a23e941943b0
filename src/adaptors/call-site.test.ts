import { describe, expect, test } from "vitest";
import { CallSite, captureCallSite } from "./call-site.ts";
import { isPackageFrame, parseFrames } from "./stack-frames.ts";

function allocate(): CallSite {
  return captureCallSite(allocate);
}

function caller(): CallSite {
  return allocate();
}

test("a call site is where the function was called, and by whom", () => {
  const site = caller();
  expect(site.location).toMatch(/call-site\.test\.ts:\d+:\d+$/);
  expect(site.toString()).toMatch(/^caller \(.*call-site\.test\.ts:\d+:\d+\)$/);
  expect(site.frames[0]!.functionName).toBe("caller");
  expect(site.trace.split("\n").length).toBe(site.frames.length);
  expect(site.frames.length).toBeGreaterThan(1);
});

test("the limit of stacks stays as it was", () => {
  const errors = Error as { stackTraceLimit?: number };
  const limit = errors.stackTraceLimit;
  allocate();
  expect(errors.stackTraceLimit).toBe(limit);
});

test("where the program formats stacks itself and fails, the site is unknown", () => {
  const errors = Error as { prepareStackTrace?: unknown };
  const before = errors.prepareStackTrace;
  const formats = [
    (): string => {
      throw new Error("mine");
    },
    (_: unknown, frames: unknown): unknown => frames,
  ];
  for (const format of formats) {
    errors.prepareStackTrace = format;
    const site = allocate();
    errors.prepareStackTrace = before;
    expect(site.location).toBe("unknown");
  }
});

test("a stack without frames of the user's is unknown", () => {
  for (const stack of ["", "Error: no frames", "Error\n    at node:internal/timers:1:2"]) {
    const site = new CallSite(stack);
    expect([site.location, site.toString(), site.trace]).toEqual(["unknown", "unknown", ""]);
  }
});

describe("stacks of every runtime", () => {
  const expected = ["/app/main.js", 10, 5];

  test.each([
    ["V8, a function", "Error\n    at load (/app/main.js:10:5)", "load"],
    ["V8, a URL", "Error\n    at load (file:///app/main.js:10:5)", "load"],
    ["V8, a method under another name", "    at Model.run [as go] (/app/main.js:10:5)", "Model.run [as go]"],
    ["V8, no function", "Error: with: colons\n    at /app/main.js:10:5", ""],
    ["V8, after await", "    at async load (file:///app/main.js:10:5)", "async load"],
    ["V8, mapped, no function", "    at <anonymous> (/app/main.js:10:5)", ""],
    ["V8, after await at the top", "    at async file:///app/main.js:10:5", ""],
    ["V8, a constructor", "    at new Model (/app/main.js:10:5)", "new Model"],
    ["V8, with a query", "    at load (/app/main.js?v=3:10:5)", "load"],
    ["SpiderMonkey and JavaScriptCore", "load@/app/main.js:10:5\n", "load"],
    ["SpiderMonkey, no function", "@/app/main.js:10:5", ""],
    ["a native function first", "forEach@[native code]\nload@/app/main.js:10:5", "load"],
  ])("a frame is read from %s", (_, stack, name) => {
    const [frame] = parseFrames(stack);
    expect([frame!.file, frame!.line, frame!.column]).toEqual(expected);
    expect(frame!.functionName).toBe(name);
  });

  test("files are read with blanks and brackets, escapes, ports and drives", () => {
    const files = parseFrames(
      [
        "    at f (/a b/c (1)/main.js:1:2)",
        "    at f (file:///a%20b/main.js:1:2)",
        "    at f (file:///a%/main.js:1:2)",
        "    at f (http://localhost:5173/main.ts?import&t=1:1:2)",
        String.raw`    at f (C:\app\main.js:1:2)`,
      ].join("\n"),
    ).map(({ file }) => file);
    expect(files).toEqual([
      "/a b/c (1)/main.js",
      "/a b/main.js",
      "/a%/main.js",
      "http://localhost:5173/main.ts",
      String.raw`C:\app\main.js`,
    ]);
  });
});

function isOwn(file: string): boolean {
  return isPackageFrame(parseFrames(`    at f (${file}:1:2)`)[0]!);
}

/** Where the runtime says that the package is: in a browser, another place than that of its tests. */
function root(): string {
  try {
    parseFrames(undefined as unknown as string);
  } catch (error) {
    const [own] = parseFrames((error as Error).stack!);
    return own!.file.replace(/\/src\/.*/, "");
  }
  throw new Error("parseFrames must throw");
}

describe("frames of this package", () => {
  test("are those of its files wherever it is installed, chunks included", () => {
    for (const file of [
      "/app/node_modules/tensorheap/dist/index.js",
      "/app/node_modules/tensorheap/dist/chunks/chunk-WYZWMVZR.js",
      "/app/node_modules/.pnpm/tensorheap@1.0.0/node_modules/tensorheap/dist/engines/onnxruntime/index.js",
      "file:///app/node_modules/tensorheap/src/blob/tblob.ts",
      "http://localhost:5173/node_modules/.vite/deps/tensorheap.js?v=1",
      "http://localhost:5173/node_modules/.vite/deps/chunk-ABC.js?v=1",
      String.raw`C:\app\node_modules\tensorheap\dist\index.js`,
    ]) {
      expect([file, isOwn(file)]).toEqual([file, true]);
    }
  });

  test("are not those of the program, of its tests, and of packages with a similar name", () => {
    for (const file of [
      "/app/dist/main.js",
      "/app/node_modules/tensorheap-tools/index.js",
      "/app/tensorheap/main.js",
    ]) {
      expect([file, isOwn(file)]).toEqual([file, false]);
    }
    const [here] = parseFrames(new Error("here").stack!);
    expect(here!.file).toMatch(/call-site\.test\.ts$/);
    expect(isPackageFrame(here!)).toBe(false);
    expect(isOwn(`${root()}/src/blob/tblob.ts`)).toBe(true);
    expect(isOwn(`${root()}/dist/chunks/chunk-1.js`)).toBe(true);
    expect(isOwn(`${root()}/examples/main.ts`)).toBe(false);
  });

  test("are known by their names where everything is in one of its files", () => {
    const bundle = `${root()}/dist/server.js`;
    const stack = ["new Block", "#allocate", "_TBlob.allocate", "createBlob", "detect", "async main"]
      .map((name, line) => `    at ${name} (${bundle}:${line + 1}:1)`)
      .join("\n");
    expect(new CallSite(stack).toString()).toBe(`detect (${bundle}:5:1)`);
  });
});
