import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

const source = join(import.meta.dirname, "../app/console/page");

/** What the first load of the page may take on its way, compressed. */
export const pageLimitBytes = 280_000;

export interface BuiltPage {
  /** Of everything that a first load fetches, compressed. */
  readonly bytes: number;
}

/**
 * Bundles the console's page: a document, and files whose names change with their content, so that browsers may
 * keep them for good. Each is compressed here, once, rather than by the server for everybody.
 *
 * @throws Error when it has grown beyond what a first load may take.
 */
export async function buildPage(directory: string): Promise<BuiltPage> {
  rmSync(directory, { recursive: true, force: true });
  const assets = join(directory, "assets");
  mkdirSync(assets, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: source,
    entryPoints: { page: "main.tsx", pressable: "styles/pressable.css", icon: "icon.svg" },
    outdir: assets,
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    metafile: true,
    platform: "browser",
    target: "es2023",
    format: "esm",
    jsx: "automatic",
    loader: { ".svg": "copy" },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  const names = Object.keys(metafile.outputs).map((path) => basename(path));
  const named = (pattern: RegExp) => {
    const found = names.find((name) => pattern.test(name));
    if (found === undefined) throw new Error(`the page was built without ${pattern}`);
    return found;
  };
  const document = readFileSync(join(source, "index.html"), "utf8")
    .replace("{{icon}}", named(/^icon-.*\.svg$/))
    .replace("{{pressable}}", named(/^pressable-.*\.css$/))
    .replace("{{style}}", named(/^page-.*\.css$/))
    .replace("{{script}}", named(/^page-.*\.js$/));
  writeFileSync(join(directory, "index.html"), document);
  const files = [join(directory, "index.html"), ...names.map((name) => join(assets, name))];
  const bytes = files.reduce((sum, file) => sum + compress(file), 0);
  if (bytes > pageLimitBytes) {
    throw new Error(`the page takes ${bytes} bytes at first load, over ${pageLimitBytes}`);
  }
  return { bytes };
}

/** @returns the compressed size. */
function compress(file: string): number {
  const plain = readFileSync(file);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  const compressed = brotliCompressSync(plain, { params });
  writeFileSync(`${file}.br`, compressed);
  return compressed.length;
}
