import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Region } from "../../local/region.ts";
import { bringTool } from "../../tools/bring-tool.ts";

const root = join(import.meta.dirname, "../..");

/** Brings Schemathesis where there is none. @returns why it cannot be had; undefined when it is there. */
export const setUpSchemathesis = () => bringTool("schemathesis");

export interface SchemathesisRun {
  readonly code: number | null;
  /** What it found, in its own words. */
  readonly said: string;
}

/** Holds a region's API against its own description, as an admin. What it tries is the same each time. */
export async function holdAgainstDescription(region: Region): Promise<SchemathesisRun> {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-schemathesis-"));
  const token = readFileSync(region.secrets.apiTokenFile("admin"), "utf8");
  const { PATH = "", HOME = "/" } = process.env;
  try {
    const child = spawn(
      join(root, ".tools/schemathesis/bin/st"),
      [
        ...["--no-color", "--config-file", join(import.meta.dirname, "schemathesis.toml")],
        ...["run", `${region.endpoints.apiUrl}/api/v1/openapi.json`],
      ],
      {
        cwd: folder,
        env: { PATH, HOME, CA_FILE: region.certificates.caFile, API_TOKEN: token.trim() },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const [code, ...said] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, said: said.join("") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
