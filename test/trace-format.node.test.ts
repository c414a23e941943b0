import { readFileSync, readdirSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { TraceAdaptor } from "../src/adaptors/trace.ts";
import { HeapAllocator } from "../src/allocators/heap.ts";
import { loadTrace, parseTrace } from "../src/trace/read-trace.ts";
import { validateTrace } from "../src/trace/validate-trace.ts";

const docs = new URL("../docs/", import.meta.url);
const traces = new URL("../bench/traces/", import.meta.url);
const schema: unknown = JSON.parse(readFileSync(new URL("trace-format.schema.json", docs), "utf8"));
const isLine = new Ajv({ strict: true, strictRequired: false }).compile(schema as object);
const example = /```jsonl\n([^]*?)```/.exec(readFileSync(new URL("trace-format.md", docs), "utf8"))![1]!;

/** Lines that the schema does not allow. */
function refused(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !isLine(JSON.parse(line)));
}

describe("docs/trace-format", () => {
  test("the example keeps its own schema and rules", async () => {
    expect(refused(example)).toEqual([]);
    expect(await validateTrace([example])).toMatchObject({ isValid: true, allocs: 3, endCount: 2 });
  });

  test.each(readdirSync(traces).filter((name) => name.endsWith(".gz")))(
    "the recorded trace %s keeps both",
    async (name) => {
      const bytes = readFileSync(new URL(name, traces));
      const text = gunzipSync(bytes).toString();
      expect(refused(text)).toEqual([]);
      expect(await validateTrace(new URL(name, traces))).toMatchObject({ isValid: true, endCount: 0 });
      expect((await loadTrace(bytes)).events).toEqual(parseTrace(text).events);
    },
  );

  test("what the adaptor records keeps both", async () => {
    const traced = new TraceAdaptor(new HeapAllocator(), { sites: 1 });
    traced.phase("p");
    const handle = traced.labelled("l").alloc(10);
    traced.lock(handle);
    traced.unlock(handle);
    traced.free(handle);
    expect(refused(new TextDecoder().decode(traced.writer.bytes()))).toEqual([]);
    expect(await validateTrace(traced.writer.bytes())).toMatchObject({ isValid: true, events: 5 });
  });

  test("the schema and the reader refuse the same lines", () => {
    const values = [undefined, null, 0, 1, -1, 1.5, 2 ** 53, "a", "r", "x", true, [], {}];
    const ops = ["a", "f", "l", "u", "m", "new", 5, undefined];
    const fields = ["id", "size", "t", "label", "site", "mode", "phase"];
    const good = { id: 1, size: 1, t: 0, mode: "r", phase: "p", label: "l", site: "s" };
    for (const op of ops) {
      for (const field of fields) {
        for (const value of values) {
          const line = JSON.stringify({ op, ...good, [field]: value });
          const { problems } = parseTrace(line);
          expect([line, problems.count === 0]).toEqual([line, isLine(JSON.parse(line))]);
        }
      }
    }
  });
});
