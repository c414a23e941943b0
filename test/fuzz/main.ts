/**
 * Runs random programs over the heap and the planned allocator for as long as it is told, with every rule checked after each
 * step, and prints what it did. A failure prints the seed of its program, which `--seed` runs alone.
 *
 *     tsx test/fuzz/main.ts --minutes 10
 *     tsx test/fuzz/main.ts --seed 123456
 */
import { parseArgs } from "node:util";
import { Random } from "../support/random.ts";
import { runHeapProgram } from "./heap-program.ts";
import { runPlannedProgram } from "./planned-program.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "1" }, seed: { type: "string" } } });

/** Every other program is one of the planned allocator. @returns its steps */
function runProgram(seed: number): number {
  const random = new Random(seed);
  return seed % 2 === 0 ? runHeapProgram(random) : runPlannedProgram(random);
}

function run(seed: number): number {
  try {
    return runProgram(seed);
  } catch (error) {
    console.error(`Program ${seed} failed. Run it alone with --seed ${seed}.`);
    throw error;
  }
}

if (values.seed !== undefined) {
  console.log(`Program ${values.seed}: ${run(Number(values.seed))} steps.`);
} else {
  const first = Date.now() % 2 ** 31;
  const start = performance.now();
  const end = start + Number(values.minutes) * 60_000;
  const counts = { programs: 0, steps: 0 };
  for (; performance.now() < end; counts.programs++) counts.steps += run((first + counts.programs) % 2 ** 31);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(
    `${counts.programs} programs, ${counts.steps} steps, ${seconds} seconds, from seed ${first}: no rule broken.`,
  );
}
