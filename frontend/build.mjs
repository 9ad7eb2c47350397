// Bundles the styles and scripts into the folder named on the command line, under names that carry a hash of their
// content, and writes manifest.json there: {"css/site.css": "css/site-3QX7….css", …}.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const SOURCE = dirname(fileURLToPath(import.meta.url));
const OUT = resolve(process.argv[2] ?? "dist");
// The oldest browsers that know light-dark() and container queries: spring 2024.
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

/** Bundles every entry point; the answer maps logical names to built ones, fonts included. */
async function bundle() {
  const entries = ["css/site.css", ...(await readdir(join(SOURCE, "js"))).map((name) => `js/${name}`)].filter(
    (name) => name.endsWith(".css") || name.endsWith(".js"),
  );
  const result = await build({
    absWorkingDir: SOURCE,
    entryPoints: entries,
    outbase: SOURCE,
    outdir: OUT,
    bundle: true,
    minify: true,
    format: "esm",
    target: BROWSERS,
    entryNames: "[dir]/[name]-[hash]",
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file" },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return namesIn(result.metafile.outputs);
}

/** @param {Record<string, {entryPoint?: string, inputs: Record<string, unknown>}>} outputs */
function namesIn(outputs) {
  /** @type {Record<string, string>} */
  const names = {};
  for (const [path, output] of Object.entries(outputs)) {
    const built = relative(OUT, resolve(SOURCE, path)).replaceAll("\\", "/");
    if (output.entryPoint) names[output.entryPoint] = built;
    else names[`fonts/${basename(Object.keys(output.inputs)[0])}`] = built;
  }
  return names;
}

/** The icons, the decoder's machine code, and the licences that must go wherever others' work goes: [logical name, source] pairs. */
async function copied() {
  const decoder = join(SOURCE, "node_modules/zxing-wasm");
  const icons = (await readdir(join(SOURCE, "icons"))).map((name) => [`icons/${name}`, join(SOURCE, "icons", name)]);
  const families = join(SOURCE, "node_modules/@fontsource-variable");
  const licences = (await readdir(families)).map((name) => [`fonts/${name}.txt`, join(families, name, "LICENSE")]);
  return [
    ...icons,
    ...licences,
    ...forPrint(),
    ["wasm/zxing-reader.wasm", join(decoder, "dist/reader/zxing_reader.wasm")],
    ["wasm/zxing-reader.txt", join(decoder, "LICENSE")],
  ];
}

/** The fonts badges are set in, as files a typesetter reads: our own, and those with the alphabets that it lacks. [logical name, source] pairs. */
function forPrint() {
  const families = join(SOURCE, "node_modules/@expo-google-fonts");
  const fonts = [
    "schibsted-grotesk/400Regular/SchibstedGrotesk_400Regular.ttf",
    "schibsted-grotesk/600SemiBold/SchibstedGrotesk_600SemiBold.ttf",
    "schibsted-grotesk/700Bold/SchibstedGrotesk_700Bold.ttf",
    "noto-sans/600SemiBold/NotoSans_600SemiBold.ttf",
    "noto-sans-arabic/600SemiBold/NotoSansArabic_600SemiBold.ttf",
    "noto-sans-hebrew/600SemiBold/NotoSansHebrew_600SemiBold.ttf",
  ];
  const licences = [...new Set(fonts.map((font) => font.split("/")[0]))];
  return [
    ...fonts.map((font) => [`print/${basename(font)}`, join(families, font)]),
    ...licences.map((family) => [`print/${family}.txt`, join(families, family, "LICENSE_FONT")]),
  ];
}

/** Copies files that need no bundling under hashed names. */
async function copy() {
  /** @type {Record<string, string>} */
  const names = {};
  for (const [name, source] of await copied()) {
    const bytes = await readFile(source);
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
    names[name] = `${dirname(name)}/${basename(name, extname(name))}-${hash}${extname(name)}`;
    await mkdir(join(OUT, dirname(name)), { recursive: true });
    await writeFile(join(OUT, names[name]), bytes);
  }
  return names;
}

/** Removes what an earlier build left behind. @param {Set<string>} kept paths inside OUT */
async function sweep(kept) {
  for (const entry of await readdir(OUT, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(relative(OUT, path).replaceAll("\\", "/"))) await rm(path);
  }
}

const names = { ...(await bundle()), ...(await copy()) };
const sorted = Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1)));
// The manifest goes last and in one move: a server that reads it meanwhile finds every file it names.
await writeFile(join(OUT, "manifest.json.new"), `${JSON.stringify(sorted, null, 2)}\n`);
await rename(join(OUT, "manifest.json.new"), join(OUT, "manifest.json"));
await sweep(new Set([...Object.values(sorted), "manifest.json"]));
