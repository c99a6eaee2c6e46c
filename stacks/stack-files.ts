import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { type RegionName, regionNames } from "../app/contract/regions.ts";
import { type StackConfig, stackFile } from "./setting-mistakes.ts";

/** What the stack files say, before anything is checked. A file that is not there is undefined. */
export type StackFiles = Readonly<Record<RegionName, StackConfig | undefined>>;

/**
 * The configuration of one stack file, by full key.
 *
 * @throws RunError for a text that is not YAML.
 */
export function readStackFile(directory: string, stack: string): StackConfig | undefined {
  const path = join(directory, stackFile(stack));
  if (!existsSync(path)) return undefined;
  try {
    const document = parse(readFileSync(path, "utf8")) as { config?: StackConfig } | null;
    return typedConfig(document?.config ?? {});
  } catch (error) {
    const [line] = (error as Error).message.split("\n");
    throw new pulumi.RunError(`${stackFile(stack)} is not valid YAML: ${line}`);
  }
}

/**
 * This stack's configuration from the engine, which has seen the file and what the command line
 * adds, and the other stacks' from their files beside Pulumi.yaml: a region needs to know the
 * ranges and the shares of the others.
 */
export function readStackFiles(stack: RegionName): StackFiles {
  const directory = process.env["SENTINEL_STACK_FILES"] ?? process.cwd();
  return Object.fromEntries(
    regionNames.map((name) => [
      name,
      name === stack ? typedConfig(pulumi.runtime.allConfig()) : readStackFile(directory, name),
    ]),
  ) as StackFiles;
}

/**
 * The engine hands over numbers, flags and objects as JSON texts, YAML has them typed: afterwards
 * both look the same.
 */
export function typedConfig(config: StackConfig): StackConfig {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, typed(value)]));
}

function typed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
