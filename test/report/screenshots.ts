// Makes docs/report-light.png and docs/report-dark.png: `npx tsx test/report/screenshots.ts`.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright";
import { analyseTrace, renderHtml } from "../../src/report/index.ts";
import { recordedTrace } from "./synthetic-trace.ts";

const folder = mkdtempSync(join(tmpdir(), "tensorheap-report-"));
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
for (const [colorScheme, trace, subtitle] of [
  ["light", "det640_nopat", "ONNX Runtime 1.30, text detector, six runs at 1×3×640×640"],
  ["dark", "ocrpage_nopat", "ONNX Runtime 1.30, two pages of text: detect, classify, recognise"],
] as const) {
  const path = join(folder, `${trace}.html`);
  writeFileSync(path, renderHtml(await analyseTrace(recordedTrace(trace)), { title: trace, subtitle }));
  const page = await browser.newPage({ viewport: { width: 1280, height: 1440 }, colorScheme });
  await page.goto(pathToFileURL(path).href);
  await page.waitForFunction(() => "ready" in document.documentElement.dataset);
  const box = (await page.locator("#timeline").boundingBox())!;
  if (colorScheme === "dark") await page.selectOption("#colour-by", "phase");
  // A few of many runs, around the pointer.
  await page.mouse.move(box.x + (colorScheme === "dark" ? 330 : 420), box.y + 200);
  for (let turn = 0; turn < (colorScheme === "dark" ? 3 : 2); turn++) await page.mouse.wheel(0, -400);
  await page.mouse.click(box.x + 560, box.y + box.height - 60);
  await page.mouse.move(5, 5);
  await page.waitForTimeout(300);
  await page.screenshot({ path: fileURLToPath(new URL(`../../docs/report-${colorScheme}.png`, import.meta.url)) });
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
