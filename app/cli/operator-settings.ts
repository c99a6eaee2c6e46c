import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import { apiActor } from "../contract/api-actor.ts";
import { defaultDeviceTable } from "../contract/device.ts";
import { list } from "../shared/environment.ts";
import { OperatorError } from "./operator-error.ts";
import { readTrustedFile } from "./trusted-file.ts";

/** Where a region started on this machine tells how to reach it. */
const localEnvFile = ".local/region/operator.env";

export type Variables = Record<string, string | undefined>;

export interface LoadedSettings {
  readonly variables: Variables;
  /** Where they come from, in words. */
  readonly origin: string;
  /** The file among them. */
  readonly file: string | undefined;
}

const processes = list.transform((items, context) =>
  items.map((item) => {
    const [, name, url] = /^([^=]+)=(https?:\/\/.+)$/.exec(item) ?? [];
    if (name !== undefined && url !== undefined) return { name, url };
    context.addIssue(`must be name=http://host:port, comma separated; "${item}" is not`);
    return z.NEVER;
  }),
);

export const tableShape = {
  DEVICE_TABLE: z.string().min(1).default(defaultDeviceTable),
  AWS_REGION: z.string().min(1),
  DYNAMODB_ENDPOINT: z.url().optional(),
};
/** What the registry and the audit call the operator. */
const operatorShape = {
  SENTINEL_OPERATOR: z
    .string()
    .regex(/^[^\p{C}\s]{1,128}$/u, "must be a name without blanks")
    .refine(
      (name) => !name.startsWith(apiActor),
      `must not begin with ${apiActor}, as the audit calls people who use the API`,
    )
    .optional(),
};
export const natsShape = {
  NATS_SERVERS: list,
  NATS_CA_FILE: z.string().min(1),
  OPERATOR_PASSWORD_FILE: z.string().min(1),
};
/** What changes devices signs its audit records with this. */
export const auditKeyShape = { AUDIT_KEY_FILE: z.string().min(1) };
/** By what audit records are verified. */
export const auditKeysShape = { AUDIT_KEYS_FILE: z.string().min(1) };
/** Where the bucket of the archive is: at home, wherever the region is. */
export const archiveShape = { AWS_REGION: z.string().min(1), S3_ENDPOINT: z.url().optional() };
export const upstreamShape = { UPSTREAM_URL: z.url(), UPSTREAM_CA_FILE: z.string().min(1) };
export const publisherShape = {
  ...upstreamShape,
  PUBLISHER_PASSWORD_FILE: z.string().min(1),
  PUBLISHER_USERNAME: z.string().min(1).default("publisher"),
};
export const edgeShape = { EDGE_URLS: list, EDGE_CA_FILE: z.string().min(1) };
export const apiShape = { API_URL: z.url(), API_CA_FILE: z.string().min(1) };
export const processShape = { PROCESS_URLS: processes };

/**
 * The settings of the command line: the environment, and below it the file that `--env-file` or
 * SENTINEL_ENV_FILE names, or else the one of a region that runs in this directory.
 */
export function loadVariables(options: {
  envFile: string | undefined;
  environment: Variables;
  directory: string;
}): LoadedSettings {
  const { environment, envFile, directory } = options;
  const { path: file, by } = envFileOf(envFile, environment["SENTINEL_ENV_FILE"], directory);
  if (file === undefined) return { variables: environment, origin: "the environment", file };
  const origin = `the environment, then ${file} (${by})`;
  try {
    return { variables: { ...parseEnv(readTrustedFile(file)), ...environment }, origin, file };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new OperatorError(`cannot take settings from ${file} (${by}): ${error.message}`);
  }
}

function envFileOf(option: string | undefined, variable: string | undefined, directory: string) {
  if (option !== undefined) return { path: option, by: "--env-file" };
  if (variable !== undefined) return { path: variable, by: "SENTINEL_ENV_FILE" };
  const local = join(directory, localEnvFile);
  return { path: existsSync(local) ? local : undefined, by: "the region of this directory" };
}

/** @throws OperatorError that names every variable that is missing or wrong. */
export function settingsFrom<S extends z.ZodRawShape>(
  shape: S,
  variables: Variables,
): z.infer<z.ZodObject<S>> {
  const result = z.object(shape).safeParse(variables);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const name = issue.path.join(".");
    return variables[name] === undefined ? `${name} is not set` : `${name} ${issue.message}`;
  });
  throw new OperatorError(
    `${[...new Set(problems)].join(", ")}; set it in the environment or name a file with --env-file`,
  );
}

/** Who does what is done here: SENTINEL_OPERATOR, or else the user of this machine. */
export function operatorName(variables: Variables): string {
  const { SENTINEL_OPERATOR: named } = settingsFrom(operatorShape, variables);
  if (named !== undefined) return named;
  try {
    return userInfo().username;
  } catch {
    // As in a container, whose user number has no name.
    throw new OperatorError(
      "this machine's user has no name; say who you are by SENTINEL_OPERATOR",
    );
  }
}
