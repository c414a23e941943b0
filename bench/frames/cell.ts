/** Measures one way in this process and prints the measurement as one line of JSON. Started by suites/frames.ts. */
import { measureFrames } from "./measure-frames.ts";
import { WAYS } from "./ways.ts";

const way = WAYS.find(({ id }) => id === process.argv[2]);
if (way === undefined) {
  throw new Error(`No such way: ${process.argv[2]}. It is started by the benchmark, not by hand.`);
}
console.log(JSON.stringify(await measureFrames(way)));
