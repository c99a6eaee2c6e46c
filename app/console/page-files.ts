import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

/** A file of the page, in the forms in which browsers take it. */
export interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly brotli: Buffer | undefined;
}

/** What browsers are sent: the document, and what it refers to, by names that change with the content. */
export interface PageFiles {
  readonly document: PageFile;
  readonly assets: ReadonlyMap<string, PageFile>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Reads the built page into memory. @throws the system's error when there is none. */
export function readPageFiles(directory: string): PageFiles {
  const read = (path: string): PageFile => ({
    type: types[extname(path)] ?? "application/octet-stream",
    plain: readFileSync(path),
    brotli: readIfThere(`${path}.br`),
  });
  const assets = join(directory, "assets");
  const names = readdirSync(assets).filter((name) => extname(name) in types);
  return {
    document: read(join(directory, "index.html")),
    assets: new Map(names.map((name) => [name, read(join(assets, name))])),
  };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
