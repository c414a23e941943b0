import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

let folder = "";
let image = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocr-engines-"));
  image = join(folder, "sign.png");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="128" font-family="sans-serif" font-size="36">
    <rect width="100%" height="100%" fill="white"/><text x="20" y="50">Room 4711</text><text x="20" y="105">Exit</text></svg>`;
  await sharp(Buffer.from(svg)).png().toFile(image);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A project with the example in it, and the built package installed beside some of its peers. */
async function project(name: string, ...peers: string[]): Promise<string> {
  const project = join(folder, name);
  await cp(join(root, "examples", "ocr"), project, { recursive: true });
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  const packages = join(project, "node_modules");
  await mkdir(packages);
  for (const part of ["dist", "package.json"]) {
    await cp(join(root, part), join(packages, "tensorheap", part), { recursive: true });
  }
  for (const name of ["sharp", "@gutenye", "cli-table3", "onnxruntime-node", "onnxruntime-common", ...peers]) {
    await symlink(join(root, "node_modules", name), join(packages, name));
  }
  return project;
}

function demo(project: string): Promise<string> {
  const args = ["--import", "tsx", join(project, "main.ts"), image, "--rounds", "1"];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (_error, text, errors) => {
      resolve(text + errors);
    });
  });
}

function readings(printed: string): string[] {
  return printed.match(/^ {2}\d\.\d\d {2}.*$/gm) ?? [];
}

test("the OCR example reads the same on either engine, and says which it was", async () => {
  const native = await demo(await project("native", "koffi"));
  expect(native).toContain("The models ran in our heap");
  expect(native).toMatch(/tensors copied +│ +0 │/);
  expect(native).toMatch(/what the models compute with +│ +3 blocks │ +in their arena │/);

  const fallback = await demo(await project("fallback"));
  expect(fallback).toMatch(/The models ran in memory of their own: .*koffi/);
  expect(fallback).toMatch(/tensors copied +│ +3 │/);
  expect(fallback).toMatch(/what the models compute with +│ +in their arena │ +in their arena │/);

  expect(readings(native)).toEqual([expect.stringMatching(/Room 4711$/), expect.stringMatching(/Exit$/)]);
  expect(readings(fallback)).toEqual(readings(native));
  for (const text of [native, fallback]) expect(text).toContain("Both read the same, to the last digit.");
});
