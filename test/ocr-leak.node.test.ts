import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

let folder = "";
let image = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocr-leak-"));
  await cp(join(root, "examples", "ocr"), folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const packages = join(folder, "node_modules");
  await mkdir(packages);
  await symlink(root, join(packages, "tensorheap"));
  for (const name of ["sharp", "@gutenye"]) await symlink(join(root, "node_modules", name), join(packages, name));
  image = join(folder, "sign.png");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="128" font-family="sans-serif" font-size="36">
    <rect width="100%" height="100%" fill="white"/><text x="20" y="50">Room 4711</text><text x="20" y="105">Exit</text></svg>`;
  await sharp(Buffer.from(svg)).png().toFile(image);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Reads the image in a process of its own. @returns what it printed, warnings included */
function run(): Promise<string> {
  const child = join(root, "test", "children", "ocr-leak.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", child, folder, image], (_error, text, errors) => {
      resolve(text + errors);
    });
  });
}

/** Takes the `using` away from a blob. @returns where that is, as `file:line` */
async function plantLeak(file: string, name: string): Promise<string> {
  const path = join(folder, file);
  const lines = (await readFile(path, "utf8")).split("\n");
  const at = lines.findIndex((line) => line.includes(`using ${name} = `));
  lines[at] = lines[at]!.replace("using", "const");
  await writeFile(path, lines.join("\n"));
  return `${path}:${at + 1}`;
}

test("leaks put into the OCR example are named by file and line, and without them nothing is live", async () => {
  expect(await run()).toBe("Room 4711\nExit\nNothing is live.\n");

  const leaks = [await plantLeak("recognise.ts", "output"), await plantLeak("detect.ts", "seen")];
  const printed = await run();
  expect(printed).toContain("Room 4711\nExit\n");
  for (const place of leaks) expect(printed).toContain(`${place}:`);
  const named = printed.match(/^ {4}at .*$|allocated at .*$/gm) ?? [];
  expect(named.filter((line) => !leaks.some((place) => line.includes(`${place}:`)))).toEqual([]);
});
