import { z } from "zod";
import { defaultDeviceTable } from "../contract/device.ts";
import { OidcSchema } from "../contract/oidc.ts";
import { parseJson } from "../contract/parse-json.ts";
import {
  auditSchema,
  count,
  list,
  natsSchema,
  port,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";
import type { Source } from "./live/sources.ts";

/** `bridge=http://bridge:8080,…`: each URL is one process's, or its host name leads to all of the kind. */
const metricsSources = list.transform((items, context) =>
  items.map((item): Source => {
    const [, kind, url] = /^([a-z-]{1,40})=(http:\/\/[^/?#]+)\/?$/.exec(item) ?? [];
    if (kind !== undefined && url !== undefined && URL.canParse(url)) return { kind, url };
    context.addIssue(`must be a list such as bridge=http://bridge:8080; ${item} is not`);
    return z.NEVER;
  }),
);

/** JSON as `OidcSchema` has it. */
const oidc = z.string().transform((text, context) => {
  const { data, error } = OidcSchema.safeParse(parseJson(text));
  if (data) return data;
  const reasons = error.issues.map(
    ({ path, message }) => `${["it", ...path].join(".")} ${message}`,
  );
  context.addIssue(reasons.join("; "));
  return z.NEVER;
});

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
  /** Where the index of devices is kept, by this process alone. All of it can be read again. */
  DEVICE_INDEX_FOLDER: z.string().min(1),
  /** What its file may take at most; 1.5 million devices with two labels each took 202 MB. */
  DEVICE_INDEX_MEBIBYTES: count.max(65_536).default(768),
  /** Read units of the table that reading all of it takes in a second, and how often it is read. */
  DEVICE_INDEX_READ_UNITS: count.max(100_000).default(200),
  DEVICE_INDEX_REFILL_SECONDS: count.max(604_800).default(86_400),
  TOKEN_REQUESTS_PER_SECOND: count.default(50),
  ADDRESS_FAILURES_PER_MINUTE: count.default(30),
  /** A session at the page ends when its person does nothing for so long, and in any case after the hours. */
  SESSION_IDLE_MINUTES: count.max(1_440).default(30),
  SESSION_HOURS: count.max(168).default(12),
  /** The identity provider by which people may sign in at the page; nobody may unless it is set. */
  OIDC: oidc.optional(),
  /** What the provider knows this client by. Without it, this is a public client. */
  OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  /** Where the region's processes tell how they are, for the page: see `metricsSources`. */
  METRICS_SOURCES: metricsSources,
  /** Items of the table that one list may make it look at, and those of one token in a minute. */
  SCANNED_ITEMS_PER_REQUEST: count.default(1_000),
  TOKEN_SCANNED_ITEMS_PER_MINUTE: count.default(300_000),
  /** How long a change waits for AUDIT before it is given up. */
  AUDIT_ANNOUNCE_SECONDS: count.default(5),
};

export type ConsoleEnvironment = ReturnType<typeof readConsoleEnvironment>;
export const readConsoleEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
