import { readFileSync } from "node:fs";
import koffi from "koffi";
import { describe, expect, test } from "vitest";
import { NativeWords } from "../../platform/native-words.ts";
import { fallbackCode } from "./fallback-code.ts";
import { NULL_ANSWER, WORD, WORDS } from "./struct-words.ts";

const NOT_LOOKED_AT = 4711;

/** A native function of two words, as koffi has it. */
interface Call {
  (struct: number, argument: number): number;
  async: (struct: number, argument: number, done: (error: unknown, result: number) => void) => void;
}

/** The code over words of its own, with callbacks that note what they are asked. */
class Caller {
  readonly words: NativeWords = new NativeWords(WORDS);
  readonly asked: string[] = [];
  /** What callbacks answer; undefined while nobody is there. */
  answer: ((name: string, argument: number) => number) | undefined;

  constructor() {
    const { words } = this;
    words.set(WORD.CALL_ALLOC, this.#callback("alloc"));
    words.set(WORD.CALL_FREE, this.#callback("free"));
    words.set(WORD.CALL_RESERVE, this.#callback("reserve"));
    words.set(WORD.SET_TERMINATE, this.#callback("terminate"));
    words.set(WORD.RUN_OPTIONS, 77);
    words.set(WORD.MEMORY_INFO, 99);
  }

  #callback(name: string): number {
    const type = koffi.pointer(koffi.proto("uint64_t", ["uint64_t", "uint64_t"]));
    const callback = (struct: number, argument: number): number => {
      if (name === "terminate") {
        this.asked.push(`${name} ${struct}`);
        return 0;
      }
      this.asked.push(`${name} ${argument}`);
      if (this.answer !== undefined) this.words.set(WORD.ANSWER, this.answer(name, argument));
      return NOT_LOOKED_AT;
    };
    return Number(koffi.register(callback, type));
  }

  #function(name: "alloc" | "reserve" | "free" | "info"): Call {
    return koffi.decode(fallbackCode()![name], koffi.proto("uint64_t", ["uint64_t", "uint64_t"])) as Call;
  }

  call(name: "alloc" | "reserve" | "free" | "info", argument: number): number {
    return this.#function(name)(this.words.address, argument);
  }

  callElsewhere(name: "alloc" | "free", argument: number): Promise<number> {
    return new Promise((resolve) => {
      this.#function(name).async(this.words.address, argument, (_, result) => resolve(result));
    });
  }
}

/** Bytes of address space that the process has. */
function mappedBytes(): number {
  return Number(readFileSync("/proc/self/statm", "utf8").split(" ")[0]) * 4096;
}

describe.runIf(fallbackCode() !== undefined)("the code in front of the callbacks", () => {
  test("hands on what they are asked and answer, null among it", () => {
    const caller = new Caller();
    caller.answer = (name, argument) => (argument === 0 ? NULL_ANSWER : argument * (name === "reserve" ? 3 : 2));
    expect(caller.call("alloc", 64)).toBe(128);
    expect(caller.call("reserve", 2 ** 40)).toBe(3 * 2 ** 40);
    expect(caller.call("alloc", 0)).toBe(0);
    caller.call("free", 4096);
    expect(caller.call("info", 0)).toBe(99);
    expect(caller.asked).toEqual(["alloc 64", `reserve ${2 ** 40}`, "alloc 0", "free 4096"]);
  });

  test("takes memory from the system when nobody answers, stops the run, and asks nobody from then on", () => {
    const caller = new Caller();
    caller.answer = () => 128;
    expect(caller.call("alloc", 10)).toBe(128);
    caller.answer = undefined;
    const sizes = [0, 1, 64, 5000, 3 * 2 ** 30];
    const addresses = sizes.map((size, i) => caller.call(i % 2 === 0 ? "alloc" : "reserve", size));
    expect(caller.asked.filter((call) => !call.startsWith("terminate"))).toEqual(["alloc 10", "alloc 0"]);
    expect(caller.asked).toContain("terminate 77");
    for (const [i, address] of addresses.entries()) {
      expect(address % 64).toBe(0);
      for (const at of [0, sizes[i]! - 1]) if (at >= 0) koffi.encode(address + at, "uint8_t", 7);
    }
    // In another order than they came in, and with some in between that are not the system's.
    for (const i of [2, 0, 4, 1, 3]) {
      caller.call("free", 128);
      caller.call("free", addresses[i]!);
    }
    expect(caller.words.get(WORD.SYSTEM_BLOCKS)).toBe(0);
    expect(caller.asked.filter((call) => call.startsWith("free"))).toEqual([]);
  });

  test("gives memory back to the system, also when somebody answers again", () => {
    const caller = new Caller();
    const before = mappedBytes();
    const addresses = [1, 2, 3].map(() => caller.call("alloc", 2 ** 32));
    expect(mappedBytes() - before).toBeGreaterThan(3 * 2 ** 32 - 2 ** 31);
    caller.words.set(WORD.IS_UNANSWERED, 0);
    caller.call("free", 128);
    for (const address of addresses) caller.call("free", address);
    expect(mappedBytes() - before).toBeLessThan(2 ** 31);
    expect(caller.asked.filter((call) => call.startsWith("free"))).toEqual(["free 128"]);
  });

  test("gives null when the system has nothing either", () => {
    expect(new Caller().call("alloc", 2 ** 50)).toBe(0);
  });

  test("gives every thread the answer to its own question", async () => {
    const caller = new Caller();
    caller.answer = (_, argument) => argument * 64;
    const numbers = Array.from({ length: 100 }, (_, i) => i + 1);
    const answers = await Promise.all(numbers.map((number) => caller.callElsewhere("alloc", number)));
    expect(answers).toEqual(numbers.map((number) => number * 64));
  });

  test("keeps the list of the system's memory whole while threads take and give at once", async () => {
    const caller = new Caller();
    caller.words.set(WORD.IS_UNANSWERED, 1);
    const rounds = Array.from({ length: 200 }, async (_, i) => {
      const address = await caller.callElsewhere("alloc", i);
      koffi.encode(address, "uint32_t", i);
      const kept: unknown = koffi.decode(address, "uint32_t");
      await caller.callElsewhere("free", address);
      return kept;
    });
    expect(await Promise.all(rounds)).toEqual(rounds.map((_, i) => i));
    expect(caller.words.get(WORD.SYSTEM_BLOCKS)).toBe(0);
  });
});
