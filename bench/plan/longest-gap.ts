import { plan } from "tensorheap/plan";
import type { PlanOptions, PlanProblem } from "tensorheap/plan";

/**
 * Plans in the background, beside a timer of 1 ms.
 *
 * @returns the longest time in milliseconds from one tick to the next, in which the event loop did not turn. Of wall clock
 *   and CPU time of the process, whichever is less: time in which another program had the processor is not the planner's
 */
export async function longestGap(problem: PlanProblem, options: PlanOptions): Promise<number> {
  let longest = 0;
  let lastWall = performance.now();
  let lastCpu = cpuMs();
  const tick = (): void => {
    const wall = performance.now();
    const cpu = cpuMs();
    longest = Math.max(longest, Math.min(wall - lastWall, cpu - lastCpu));
    lastWall = wall;
    lastCpu = cpu;
  };
  const timer = setInterval(tick, 1);
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 5);
  });
  tick();
  longest = 0;
  await plan(problem, options);
  tick();
  clearInterval(timer);
  return longest;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
