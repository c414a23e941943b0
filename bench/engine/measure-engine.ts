import { peakRssBytes } from "../../src/platform/peak-rss.ts";
import type { EngineCase } from "./models.ts";
import type { EngineWay } from "./ways.ts";

/** What one way took for one model. */
export interface EngineMeasurement {
  /** Each timed run, in ms. */
  readonly ms: readonly number[];
  readonly heldBytes: number | null;
  readonly plannedBytes: number | null;
  readonly lowerBoundBytes: number | null;
  readonly peakRssBytes: number;
  /** Resident before the model was loaded. */
  readonly baseRssBytes: number;
}

/** Runs of each shape before the clock starts: the first records, the second plans. */
const WARM_UP = 2;

export async function measureEngine(
  way: EngineWay,
  engineCase: EngineCase,
  isQuick: boolean,
): Promise<EngineMeasurement> {
  globalThis.gc?.();
  const baseRssBytes = process.memoryUsage.rss();
  const engine = await way.start(engineCase);
  const shapes = engineCase.shapes.map((_, i) => i);
  for (let i = 0; i < WARM_UP; i++) for (const shape of shapes) await engine.run(shape);
  const ms: number[] = [];
  const runs = isQuick ? Math.max(1, Math.floor(engineCase.runs / 4)) : engineCase.runs;
  for (let i = 0; i < runs; i++) {
    for (const shape of shapes) {
      const begin = performance.now();
      const running = engine.run(shape);
      if (running !== undefined) await running;
      ms.push(performance.now() - begin);
    }
  }
  const plan = engine.plan?.();
  return {
    ms,
    heldBytes: engine.heldBytes(),
    plannedBytes: plan?.plannedBytes ?? null,
    lowerBoundBytes: plan?.lowerBoundBytes ?? null,
    peakRssBytes: peakRssBytes(),
    baseRssBytes,
  };
}
