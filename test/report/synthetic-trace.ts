import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { TraceEvent } from "../../src/trace/event.ts";

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A made-up video job: weights that stay, frames with labels, call sites and locks, and a cache that is never freed. */
export function* labelledTrace(frames = 24): Generator<TraceEvent> {
  const random = randomNumbers(7);
  let t = 0;
  let id = 0;
  const tick = (): number => (t += random() * 0.4);
  const alloc = (size: number, label: string, site: string): TraceEvent => ({
    op: "a",
    id: ++id,
    size,
    label,
    site,
    t: tick(),
  });
  yield { op: "m", phase: "load", t: tick(), model: "detector.onnx" };
  for (let layer = 0; layer < 18; layer++) {
    yield alloc(2 ** (13 + (layer % 9)) + layer * 4, "weights", "load-model.ts:41:18");
  }
  for (let frame = 0; frame < frames; frame++) {
    const height = 320 + 32 * Math.floor(random() * 6);
    const pixels = height * 480;
    yield { op: "m", phase: "decode", t: tick(), frame };
    yield alloc(pixels * 3, "frame", "decodeFrame (video.ts:88:22)");
    const picture = id;
    yield { op: "l", id: picture, mode: "w", t: tick() };
    t += 4;
    yield { op: "u", id: picture, t: tick() };
    yield { op: "m", phase: "prepare", t: tick(), frame };
    yield alloc(pixels * 12, "input", "prepare.ts:17:9");
    const input = id;
    yield { op: "l", id: picture, mode: "r", t: tick() };
    yield { op: "l", id: input, mode: "w", t: tick() };
    t += 3;
    yield { op: "u", id: input, t: tick() };
    yield { op: "u", id: picture, t: tick() };
    yield { op: "f", id: picture, t: tick() };
    yield { op: "m", phase: "detect", t: tick(), frame };
    yield { op: "l", id: input, mode: "r", t: tick() };
    let previous = 0;
    for (let layer = 0; layer < 14; layer++) {
      yield alloc(Math.ceil((pixels * 8) / (1 + layer * 0.7)) + layer, "activation", "run (session.ts:120:31)");
      const current = id;
      yield alloc(1024 + Math.floor(random() * 60_000), "scratch", "conv (kernels.ts:512:7)");
      t += 0.6;
      yield { op: "f", id, t: tick() };
      if (previous > 0) yield { op: "f", id: previous, t: tick() };
      previous = current;
    }
    yield { op: "u", id: input, t: tick() };
    yield { op: "f", id: input, t: tick() };
    yield alloc(96_000 + Math.floor(random() * 4000), "boxes", "track.ts:73:14");
    if (frame % 3 !== 0) yield { op: "f", id, t: tick() };
    yield { op: "f", id: previous, t: tick() };
  }
}

/** Random sizes and lifetimes over some hundred live blocks: nothing repeats, so nothing can be left out of a picture. */
export function* randomTrace(events: number, live = 400, seed = 11): Generator<TraceEvent> {
  const random = randomNumbers(seed);
  const alive: number[] = [];
  let t = 0;
  for (let id = 0, event = 0; event < events; event++) {
    t += random() * 0.01;
    if (event % Math.ceil(events / 40) === 0) {
      yield { op: "m", phase: `step ${Math.floor((event * 40) / events) % 7}`, t };
    } else if (alive.length < live && (alive.length === 0 || random() < 0.5 + (0.5 * (live - alive.length)) / live)) {
      alive.push(id);
      const size = Math.floor(256 * 2 ** (random() * 14));
      yield { op: "a", id: id++, size, label: `layer ${id % 12}`, site: `model.ts:${id % 90}:5`, t };
    } else {
      const at = Math.floor(random() * alive.length);
      yield { op: "f", id: alive[at]!, t };
      alive[at] = alive.at(-1)!;
      alive.pop();
    }
  }
}

/** One of bench/traces. */
export function recordedTrace(name: string): TraceEvent[] {
  const path = new URL(`../../bench/traces/${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(path)).toString().trim().split("\n");
  return lines.map((line) => JSON.parse(line) as TraceEvent);
}
