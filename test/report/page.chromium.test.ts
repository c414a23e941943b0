import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { analyseTrace, renderHtml } from "../../src/report/index.ts";
import type { ReportModel } from "../../src/report/index.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import { labelledTrace, randomTrace, recordedTrace } from "./synthetic-trace.ts";

const folder = mkdtempSync(join(tmpdir(), "tensorheap-report-"));
const complaints: string[] = [];
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
  });
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  readonly model: ReportModel;
  readonly requests: string[];
  /** From the navigation until everything is drawn, in milliseconds. */
  readonly readyMs: number;
}

let pages = 0;

/** Writes the report of a trace to disk, opens it from there, and waits until it is drawn. */
async function open(
  events: Iterable<TraceEvent>,
  context: BrowserContextOptions = {},
  before: () => void = () => undefined,
): Promise<Opened> {
  const model = await analyseTrace(events);
  const path = join(folder, `report-${pages++}.html`);
  writeFileSync(path, renderHtml(model, { title: "A <report> & more" }));
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...context });
  await page.addInitScript(before);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error.stack)));
  const begun = performance.now();
  await page.goto(pathToFileURL(path).href);
  await page.waitForFunction(
    () => "ready" in document.documentElement.dataset || "failed" in document.documentElement.dataset,
  );
  await nextFrames(page);
  return { page, model, requests, readyMs: performance.now() - begun };
}

async function nextFrames(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}

/** Where the middle of a block is drawn at an event, in the page's pixels, by adding up what lies below it. */
async function placeOf({ page, model }: Opened, block: number, event: number): Promise<{ x: number; y: number }> {
  const canvas = page.locator("#timeline");
  const box = (await canvas.boundingBox())!;
  const numbers = async (name: string): Promise<number[]> =>
    ((await canvas.getAttribute(`data-${name}`)) ?? "").split(",").map(Number);
  const [left = 0, top = 0, width = 0, height = 0] = await numbers("plot");
  const [from = 0, to = 0, low = 0, high = 0] = await numbers("view");
  const { blocks } = model;
  const [least = 0] = await numbers("least");
  let below = 0;
  for (let other = 0; other < block; other++) {
    if (blocks.size[other]! < least || blocks.from[other]! > event || blocks.to[other]! <= event) continue;
    below += blocks.size[other]!;
  }
  const middle = below + blocks.size[block]! / 2;
  return {
    x: box.x + left + ((event + 0.5 - from) / (to - from)) * width,
    y: box.y + top + (1 - (middle - low) / (high - low)) * height,
  };
}

function noComplaints(): void {
  expect(complaints.splice(0)).toEqual([]);
}

test("a trace of a million events is drawn in under five seconds, zooms, and is found in by hovering", async () => {
  const opened = await open(randomTrace(1_000_000));
  const { page, requests, readyMs } = opened;
  console.log(`one million events: drawn after ${readyMs.toFixed(0)} ms`);
  expect(readyMs).toBeLessThan(5000);
  await page.focus("#timeline");
  for (let presses = 0; presses < 27; presses++) await page.keyboard.press("+");
  await nextFrames(page);
  const [from = 0, to = 0] = (await page.getAttribute("#timeline", "data-view"))!.split(",").map(Number);
  expect(to - from).toBeLessThan(100);
  const { blocks, peak } = opened.model;
  const alive = Array.from(blocks.id.keys()).filter(
    (at) => blocks.from[at]! <= peak.event && blocks.to[at]! > peak.event,
  );
  const largest = alive.reduce((a, b) => (blocks.size[b]! > blocks.size[a]! ? b : a));
  const place = await placeOf(opened, largest, peak.event);
  await page.mouse.move(place.x, place.y);
  await page.locator(".tooltip").waitFor({ state: "visible" });
  expect(await page.locator(".tooltip").innerText()).toContain(`id ${blocks.id[largest]}\n`);
  expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
  noComplaints();
  await page.close();
});

test("hovering names the block under the pointer with its size, label, phase and call site", async () => {
  const opened = await open(labelledTrace());
  const { page, model } = opened;
  const { blocks, peak } = model;
  const alive = Array.from(blocks.id.keys()).filter(
    (at) => blocks.from[at]! <= peak.event && blocks.to[at]! > peak.event,
  );
  const tall = alive.filter((block) => blocks.size[block]! > peak.bytes / 40);
  expect(tall.length).toBeGreaterThan(4);
  for (const block of tall) {
    const { x, y } = await placeOf(opened, block, peak.event);
    await page.mouse.move(x, y);
    const text = await page.locator(".tooltip").innerText();
    expect(text).toContain(`id ${blocks.id[block]}\n`);
    expect(text).toContain(model.strings[blocks.label[block]!]!);
    expect(text).toContain(model.strings[blocks.site[block]!]!);
    expect(text).toMatch(/Phase\n?\s*(load|detect|prepare)/);
  }
  await page.mouse.click(10, 10);
  noComplaints();
  await page.close();
});

test("pressing a block picks it: details, and the same moment in the arena", async () => {
  const opened = await open(labelledTrace());
  const { page, model } = opened;
  const event = model.peak.event - 40;
  const { x, y } = await placeOf(opened, 8, event);
  await page.mouse.click(x, y);
  expect(await page.locator("#details").innerText()).toContain("id 9");
  const moment = Number(await page.inputValue("#moment"));
  expect(Math.abs(moment - event)).toBeLessThan(8);
  await page.keyboard.press("Escape");
  expect(await page.locator("#details").innerText()).toContain("Pick a block");
  noComplaints();
  await page.close();
});

test("arrow keys step the arena from one allocation or free to the next, and by phase", async () => {
  const { page, model } = await open(labelledTrace());
  await page.focus("#arena");
  await page.keyboard.press("Home");
  expect(await page.inputValue("#moment")).toBe("0");
  await page.keyboard.press("ArrowRight");
  expect(await page.inputValue("#moment")).toBe("1");
  await page.keyboard.press("Shift+ArrowRight");
  expect(await page.inputValue("#moment")).toBe("11");
  expect(await page.locator("#arena-sums").innerText()).toContain("in 11 blocks");
  await page.keyboard.press("PageDown");
  expect(await page.inputValue("#moment")).toBe(String(model.phases[1]!.from));
  await page.keyboard.press("p");
  expect(await page.inputValue("#moment")).toBe(String(model.peak.event));
  await page.keyboard.press("ArrowDown");
  expect(await page.locator("#details").innerText()).toContain("Block");
  noComplaints();
  await page.close();
});

test("keys zoom and pan the timeline, the wheel zooms around the pointer, dragging pans, and All shows everything", async () => {
  const { page } = await open(recordedTrace("det640_nopat"));
  const view = async (): Promise<number[]> => {
    await nextFrames(page);
    return (await page.getAttribute("#timeline", "data-view"))!.split(",").map(Number);
  };
  const [, end = 0] = await view();
  await page.focus("#timeline");
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  const [zoomed = 0, zoomedTo = 0] = await view();
  expect(zoomedTo - zoomed).toBeCloseTo(end / 2.25, 0);
  await page.keyboard.press("ArrowRight");
  const [panned = 0] = await view();
  expect(panned - zoomed).toBeCloseTo((zoomedTo - zoomed) / 10, 0);
  await page.keyboard.press("0");
  expect((await view()).slice(0, 2)).toEqual([0, end]);

  const box = (await page.locator("#timeline").boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 150);
  await page.mouse.wheel(0, -600);
  const [wheeled = 0, wheeledTo = 0] = await view();
  expect(wheeledTo - wheeled).toBeLessThan(end / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 100, box.y + 150, { steps: 4 });
  await page.mouse.up();
  const [dragged = 0] = await view();
  expect(dragged).toBeLessThan(wheeled);
  await page.click("#zoom-reset");
  expect((await view()).slice(0, 2)).toEqual([0, end]);
  await page.selectOption("#axis", "time");
  const [, milliseconds = 0] = await view();
  expect(milliseconds).toBeCloseTo(1361, -1);
  noComplaints();
  await page.close();
});

test("searching says what matches, and Enter goes to the largest of it", async () => {
  const { page, model } = await open(labelledTrace());
  await page.keyboard.press("/");
  await page.keyboard.type("label:boxes >90k");
  await page.locator("#results").waitFor({ state: "visible" });
  const boxes = model.byLabel.find(({ name }) => name === "boxes")!;
  await expect.poll(() => page.locator("#results [role=status]").innerText()).toContain(`${boxes.totalCount} blocks`);
  await page.keyboard.press("Enter");
  expect(await page.locator("#details").innerText()).toContain("boxes");
  await page.keyboard.press("Escape");
  await page.locator("#results").waitFor({ state: "hidden" });
  await page.fill("#search", "nothing like it");
  await expect.poll(() => page.locator("#results [role=status]").innerText()).toBe("No block matches.");
  noComplaints();
  await page.close();
});

test("tables are shown whole, and labels are not broken within a word", async () => {
  const label = "recogniser's engine";
  const size = 123_456_789;
  for (const width of [1280, 1000]) {
    const events = Array.from({ length: 12_345 }, (_, i): TraceEvent[] => [
      { op: "a", id: i + 1, size, label, t: 2 * i },
      { op: "f", id: i + 1, t: 2 * i + 1 },
    ]).flat();
    const { page } = await open(events, { viewport: { width, height: 900 } });
    for (const id of ["by-label", "by-phase"]) {
      const region = page.locator(`#${id} .table`);
      expect(await region.evaluate((table) => table.scrollWidth - table.clientWidth)).toBe(0);
      const row = await region.locator("tbody tr").first().boundingBox();
      expect(row!.height).toBeLessThan(36);
    }
    await page.close();
  }
  noComplaints();
});

test("the sections say what the trace has: plan, locks, tables, leaks that lead to their block", async () => {
  const labelled = await open(labelledTrace());
  const { page, model } = labelled;
  expect(await page.locator("#plan-bars").innerText()).toContain("proved optimal");
  expect(await page.locator("#locks").innerText()).toContain("held for reading");
  expect(await page.locator("#locks .table table").count()).toBe(1);
  expect(await page.locator("#by-label tbody tr").count()).toBe(model.byLabel.length);
  expect(await page.locator("#by-phase tbody tr").count()).toBe(model.byPhase.length);
  expect(await page.locator("#fragmentation canvas").count()).toBe(1);
  await page.locator("#leaks button").first().click();
  expect(await page.locator("#details").innerText()).toContain(`id ${model.blocks.id[model.leaks.blocks[0]!]}`);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("timeline");
  noComplaints();
  await page.close();

  const recorded = await open(recordedTrace("rec320_nopat"));
  expect(await recorded.page.locator("#locks").innerText()).toContain("no lock events");
  expect(await recorded.page.locator("#leaks").innerText()).toContain("Everything that was allocated is freed");
  noComplaints();
  await recorded.page.close();
});

test("of 20,000 labels and lock holders, only the rows that are shown are made", async () => {
  const names = 20_000;
  function* manyNames(): Generator<TraceEvent> {
    for (let id = 0; id < names; id++) yield { op: "a", id, size: 64, label: `label ${id}`, t: id };
    for (let id = 0; id < names; id++) yield { op: "l", id, mode: "r", t: names + id };
  }
  const { page, model } = await open(manyNames(), {}, () => {
    const make = document.createElement.bind(document) as (...args: unknown[]) => HTMLElement;
    let made = 0;
    document.createElement = (...args: unknown[]) => {
      document.documentElement.dataset["made"] = String(++made);
      return make(...args);
    };
  });
  expect(model.byLabel).toHaveLength(names);
  expect(await page.locator("#by-label tbody tr").count()).toBe(100);
  expect(await page.locator("#by-label .note").innerText()).toBe("and 19,900 more");
  expect(await page.locator("#locks .table tbody tr").count()).toBe(100);
  expect(Number(await page.getAttribute("html", "data-made"))).toBeLessThan(10_000);
  noComplaints();
  await page.close();
});

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.querySelector("section")!).backgroundColor);
}

/** The colours of the marks in the charts' legends. */
function marks(page: Page): Promise<string> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll(".u-marker"), (mark) => {
      const { borderColor, backgroundColor } = getComputedStyle(mark);
      return `${borderColor} ${backgroundColor}`;
    }).join("; "),
  );
}

test("it follows the system's theme, and the button turns it over, legends included", async () => {
  const seen: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await open(labelledTrace(3), { colorScheme });
    const look = async (): Promise<string> => `${await background(page)}; ${await marks(page)}`;
    const before = await look();
    await page.click("#theme");
    const after = await look();
    expect(after).not.toBe(before);
    seen.push(before, after);
    noComplaints();
    await page.close();
  }
  expect(seen[0]).toBe(seen[3]);
  expect(seen[1]).toBe(seen[2]);
});

test("on a phone nothing is wider than the screen, and a finger picks and two fingers zoom", async () => {
  const { page } = await open(labelledTrace(), {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.locator("#timeline").scrollIntoViewIfNeeded();
  const box = (await page.locator("#timeline").boundingBox())!;
  await page.touchscreen.tap(box.x + 200, box.y + box.height - 40);
  expect(await page.locator("#details").innerText()).toContain("weights");
  const before = (await page.getAttribute("#timeline", "data-view"))!.split(",").map(Number);
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", gap: number): Promise<unknown> =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints:
        type === "touchEnd" ? [] : [-1, 1].map((side, id) => ({ x: box.x + 210 + side * gap, y: box.y + 150, id })),
    });
  await touch("touchStart", 40);
  for (const gap of [50, 65, 80]) await touch("touchMove", gap);
  await touch("touchEnd", 0);
  await nextFrames(page);
  const after = (await page.getAttribute("#timeline", "data-view"))!.split(",").map(Number);
  expect(after[1]! - after[0]!).toBeLessThan((before[1]! - before[0]!) * 0.7);
  noComplaints();
  await page.close();
});

test("traces with nothing in them, one event, a cut, leaks and ids used again have a page without complaint", async () => {
  const whole = [...labelledTrace(4)];
  const traces: TraceEvent[][] = [
    [],
    [{ op: "m", phase: "alone", t: 0 }],
    [{ op: "a", id: 1, size: 5000, t: 3 }],
    [
      { op: "a", id: 1, size: 0, t: 0 },
      { op: "f", id: 1, t: 0 },
    ],
    whole.slice(0, 77),
    whole.map((event) => (event.op === "m" ? event : Object.assign({}, event, { id: event.id % 40 }))),
    [
      { op: "f", id: 1, t: Number.NaN },
      { op: "u", id: 1, t: 1 },
    ],
  ];
  for (const trace of traces) {
    const { page } = await open(trace);
    expect(await page.evaluate(() => document.documentElement.dataset["failed"])).toBeUndefined();
    await page.focus("#timeline");
    for (const key of ["+", "ArrowRight", "ArrowUp", "-", "p", "Shift+ArrowLeft"]) await page.keyboard.press(key);
    await page.focus("#arena");
    for (const key of ["ArrowRight", "ArrowLeft", "End", "PageUp", "ArrowDown"]) await page.keyboard.press(key);
    await page.selectOption("#axis", "time");
    await page.mouse.move(500, 400);
    await nextFrames(page);
    noComplaints();
    await page.close();
  }
}, 240_000);

test("markup in names is shown as text and never runs, and the policy keeps foreign scripts and requests out", async () => {
  const evil = `</script><img src=x onerror="document.title='run'"><b>`;
  const events: TraceEvent[] = [
    { op: "m", phase: evil, t: 0, note: evil },
    { op: "a", id: 1, size: 4000, label: evil, site: evil, t: 1 },
    { op: "l", id: 1, t: 2 },
  ];
  const { page, requests } = await open(events);
  expect(await page.title()).toBe("A <report> & more");
  expect(await page.locator("#by-label td").first().innerText()).toBe(evil);
  expect(await page.locator("main img").count()).toBe(0);
  noComplaints();
  const refused = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'run'";
    document.body.append(script);
    return fetch("https://example.invalid/").then(
      () => "sent",
      () => "refused",
    );
  });
  expect(refused).toBe("refused");
  expect(await page.title()).toBe("A <report> & more");
  expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
  expect(complaints.splice(0).join("\n")).toContain("Content Security Policy");
  await page.close();
});

test("without scripts the page shows the report as text", async () => {
  const model = await analyseTrace(labelledTrace(3));
  const path = join(folder, "no-script.html");
  writeFileSync(path, renderHtml(model));
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(pathToFileURL(path).href);
  expect(await page.locator("pre").innerText()).toContain("Plan against actual");
  await page.close();
});
