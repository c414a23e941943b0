// What the package is made of besides our own code: packages that are bundled into it, so that it depends on nothing, and
// the licences that go with them.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";

const INSIDE_PACKAGES = /[\\/]node_modules[\\/]/;
const INSIDE_CLI = /[\\/]src[\\/]cli[\\/]/;
/** What is bundled wherever it is imported. */
const BUNDLED = new Set(["pako"]);

/**
 * An esbuild plugin. A package is bundled where the command imports it, or something bundled does, or everywhere where it is
 * one of `BUNDLED`. Anywhere else, and where it is a peer, the import stays an import.
 */
export const bundleCliPackages = {
  name: "bundle-cli-packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point") return undefined;
      const isOfPackage = INSIDE_PACKAGES.test(importer);
      const builtin = path.replace(/^node:/, "");
      if (builtinModules.includes(builtin)) {
        // A package's `require` of Node's own, in a module that has no `require`.
        if (isOfPackage && kind === "require-call") return { path: builtin, namespace: "node-builtin" };
        return { path, external: true };
      }
      // An optional dependency of cli-table3, for colours that we do not use; it goes without.
      if (path.startsWith("@colors/colors")) return { path, namespace: "left-out" };
      if (isOfPackage) return undefined;
      if (BUNDLED.has(path) || (INSIDE_CLI.test(importer) && !isPeer(path))) return undefined;
      return { path, external: true };
    });
    build.onLoad({ filter: /.*/, namespace: "node-builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: "throw new Error('left out of the bundle');",
      loader: "js",
    }));
  },
};

const { peerDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

function isPeer(path) {
  const [scope, name] = path.split("/");
  return (path.startsWith("@") ? `${scope}/${name}` : scope) in peerDependencies;
}

/** Writes the licences of every package that is in the bundle. @throws when one has none */
export function writeThirdPartyLicenses(metafile, root, file) {
  const folders = new Set();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
      if (folder !== undefined && bytesInOutput > 0) folders.add(join(root, folder));
    }
  }
  const notices = [...folders]
    .sort((a, b) => a.localeCompare(b))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const licence = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (licence === undefined) {
        throw new Error(`${name} is bundled and has no licence text. Leave it out of the bundle.`);
      }
      return `${name} ${version} (${license})\n\n${readFileSync(join(folder, licence), "utf8").trim()}\n`;
    });
  const head = "This package contains code of these packages.\n";
  writeFileSync(file, [head, ...notices].join(`\n${"-".repeat(80)}\n\n`));
}
