import { z } from "zod";
import { printable } from "./printable.ts";

const gotLimit = 200;

/** A process was started with settings that it cannot work with. Ends it with exit code 2. */
export class EnvironmentInvalid extends Error {
  override readonly name = "EnvironmentInvalid";
}

/** Comma separated, at least one. */
export const list = z.string().transform((value, context) => {
  const items = value.split(",").map((item) => item.trim());
  if (items.every((item) => item !== "")) return items;
  context.addIssue("must be a comma separated list without empty items");
  return z.NEVER;
});

export const port = z.coerce.number().int().min(0).max(65_535);
export const count = z.coerce.number().int().positive();
/** A replica's stable name: it becomes part of a session, a lease owner, a metric label. */
export const replicaName = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/, "must be 1 to 40 of a-z, 0-9 and -");

/** What every process of the pipeline needs. */
export const processSchema = {
  REPLICA: replicaName,
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
  /** Where /metrics, /livez and /readyz are served. */
  HTTP_HOST: z.string().default("0.0.0.0"),
  HTTP_PORT: port.default(8080),
};

/** How a process reaches NATS core. The password is a file, so that no environment dump shows it. */
export const natsSchema = {
  NATS_SERVERS: list,
  NATS_PASSWORD_FILE: z.string().min(1),
  NATS_CA_FILE: z.string().min(1),
};

/** What everybody needs who signs for the audit. */
export const auditKeysSchema = {
  /** Ed25519 private key in PEM, which signs for the audit and nothing else. */
  AUDIT_KEY_FILE: z.string().min(1),
  /** Public keys of all who do in the region: see `AuditKeyFile`. */
  AUDIT_KEYS_FILE: z.string().min(1),
};

/** What a writer of audit records needs. */
export const auditSchema = {
  ...auditKeysSchema,
  /** How often writers tell one another how far their chains are. */
  AUDIT_HEADS_SECONDS: count.max(86_400).default(60),
};

/**
 * Reads and checks the environment once, at start.
 *
 * @throws EnvironmentInvalid naming each variable, what it holds and what is allowed.
 */
export function readEnvironment<S extends z.ZodRawShape>(
  shape: S,
  environment: Record<string, string | undefined> = process.env,
): z.infer<z.ZodObject<S>> {
  const result = z.object(shape).safeParse(environment);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join(".");
    const got =
      environment[name] === undefined
        ? "it is not set"
        : `got "${printable(environment[name] ?? "", gotLimit)}"`;
    return `  ${name}: ${issue.message}; ${got}`;
  });
  throw new EnvironmentInvalid(["the environment is not valid:", ...lines].join("\n"));
}
