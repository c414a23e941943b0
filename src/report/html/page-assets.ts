import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The script and the style sheet of the page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

let assets: PageAssets | undefined;

/**
 * Bundles the page once per process. That is for running from source: in the built package, `scripts/build.mjs` has put
 * the bundled text in this file's place.
 */
export function pageAssets(): PageAssets {
  if (assets === undefined) {
    const script = fileURLToPath(new URL("../../../scripts/build-page.mjs", import.meta.url));
    const printed = execFileSync(process.execPath, [script], { encoding: "utf8", maxBuffer: 2 ** 26 });
    assets = JSON.parse(printed) as PageAssets;
  }
  return assets;
}
