import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type RegionName, regionNames } from "../app/contract/regions.ts";
import { parseSettings } from "./settings.ts";
import { readStackFile, type StackFiles } from "./stack-files.ts";

export const root = join(import.meta.dirname, "..");

export const committed = Object.fromEntries(
  regionNames.map((name) => [name, readStackFile(root, name)]),
) as StackFiles;

/** The committed files with some keys of one of them changed; undefined takes a key away. */
export function changed(stack: RegionName, changes: Record<string, unknown>): StackFiles {
  const config = { ...committed[stack], ...changes };
  const kept = Object.entries(config).filter(([, value]) => value !== undefined);
  return { ...committed, [stack]: Object.fromEntries(kept) };
}

/** The lines of the error, without its title; none when the files are valid. */
export function mistakesOf(files: StackFiles): string[] {
  try {
    parseSettings("us-east", files);
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}
