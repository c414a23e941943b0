/** Measures one way and model in this process and prints the measurement as one line of JSON. Started by suites/engine.ts. */
import { measureEngine } from "./measure-engine.ts";
import { CASES } from "./models.ts";
import { WAYS } from "./ways.ts";

const [wayId, caseId, quick] = process.argv.slice(2);
const way = WAYS.find(({ id }) => id === wayId);
const engineCase = CASES.find(({ id }) => id === caseId);
if (way === undefined || engineCase === undefined) {
  throw new Error(`No such cell: ${wayId}, ${caseId}. It is started by the benchmark, not by hand.`);
}
console.log(JSON.stringify(await measureEngine(way, engineCase, quick === "quick")));
