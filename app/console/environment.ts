import { z } from "zod";
import { defaultDeviceTable } from "../contract/device.ts";
import {
  auditSchema,
  count,
  natsSchema,
  port,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";

const shape = {
  ...processSchema,
  ...natsSchema,
  ...auditSchema,
  /** Where the API is served, by TLS 1.3. */
  API_HOST: z.string().default("0.0.0.0"),
  API_PORT: port.default(8443),
  /** Certificate chain and key in PEM, read again when they change. */
  API_CERT_FILE: z.string().min(1),
  API_KEY_FILE: z.string().min(1),
  /** Who may use the API: see `parseTokenFile`. Read again when it changes. */
  API_TOKENS_FILE: z.string().min(1),
  DEVICE_TABLE: z.string().min(1).default(defaultDeviceTable),
  /** Of the table that is written: the home region's, wherever this process runs. */
  AWS_REGION: z.string().min(1),
  DYNAMODB_ENDPOINT: z.url().optional(),
  TOKEN_REQUESTS_PER_SECOND: count.default(50),
  ADDRESS_FAILURES_PER_MINUTE: count.default(30),
  /** Items of the table that one list may make it look at, and those of one token in a minute. */
  SCANNED_ITEMS_PER_REQUEST: count.default(1_000),
  TOKEN_SCANNED_ITEMS_PER_MINUTE: count.default(300_000),
  /** How long a change waits for AUDIT before it is given up. */
  AUDIT_ANNOUNCE_SECONDS: count.default(5),
};

export type ConsoleEnvironment = ReturnType<typeof readConsoleEnvironment>;
export const readConsoleEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
