// Bundles the page of the memory report: its script (an ES module in one piece) and its style sheet, as text. Run by
// itself it prints both as JSON, which is how the report gets them when it runs from source. Every report carries a copy,
// so the licence of what is bundled stands in it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

export async function buildPage() {
  const licence = readFileSync(`${root}node_modules/uplot/LICENSE`, "utf8").trim();
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { page: "src/report/page/main.ts", style: "src/report/page/style.css" },
    outdir: "page",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    charset: "utf8",
    legalComments: "none",
    banner: { js: `/*! uPlot: ${licence.replaceAll("*/", "* /")} */` },
    logLevel: "warning",
  });
  const [script, style] = [".js", ".css"].map((end) => outputFiles.find(({ path }) => path.endsWith(end)).text);
  return { script, style };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(JSON.stringify(await buildPage()));
