import pRetry from "p-retry";
import { z } from "zod";
import { defaultScale, streamDefinitions } from "../contract/streams.ts";
import {
  count,
  EnvironmentInvalid,
  list,
  natsSchema,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";
import { createLog, type Logger } from "../shared/log.ts";
import { connectNats, type JetStreamManager, jetstreamManager } from "../shared/nats.ts";
import { currentStreams, ProvisionRefused, provisionStreams } from "./provision.ts";
import { warmUpEdges } from "./warm-up.ts";

const shape = {
  LOG_LEVEL: processSchema.LOG_LEVEL,
  ...natsSchema,
  STREAM_REPLICAS: count.default(defaultScale.replicas),
  INGRESS_MAX_BYTES: count.default(defaultScale.ingressMaxBytes),
  ALERT_RETENTION_HOURS: count.default(defaultScale.alertRetentionHours),
  /** How long to wait for the cluster before giving up, in seconds. */
  WAIT_SECONDS: count.default(120),
  EDGE_URLS: list.optional(),
  EDGE_CA_FILE: z.string().optional(),
  WARMUP_PASSWORD_FILE: z.string().optional(),
};

/** Keeps trying while the cluster comes up; a refusal is final at once. */
async function patiently<T>(
  what: string,
  context: { log: Logger; seconds: number },
  task: () => Promise<T>,
) {
  return pRetry(task, {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: context.seconds * 1000,
    minTimeout: 250,
    maxTimeout: 1_000,
    shouldRetry: ({ error }) => !(error instanceof ProvisionRefused),
    onFailedAttempt: ({ error }) => context.log.info({ err: error.message }, `waiting for ${what}`),
  });
}

async function run(environment: ReturnType<typeof read>, log: Logger): Promise<void> {
  const patience = { log, seconds: environment.WAIT_SECONDS };
  const connection = await connectNats(
    {
      servers: environment.NATS_SERVERS,
      user: "provision",
      passwordFile: environment.NATS_PASSWORD_FILE,
      caFile: environment.NATS_CA_FILE,
    },
    "provision",
    log,
  );
  const definitions = streamDefinitions({
    replicas: environment.STREAM_REPLICAS,
    ingressMaxBytes: environment.INGRESS_MAX_BYTES,
    alertRetentionHours: environment.ALERT_RETENTION_HOURS,
  });
  const jsm = await patiently("JetStream", patience, () => jetstreamManager(connection));
  await patiently("the streams", patience, () => provisionStreams(jsm, definitions, log));
  await patiently("all copies", patience, () => allCurrent(jsm, definitions));
  const { EDGE_URLS: urls, EDGE_CA_FILE: caFile, WARMUP_PASSWORD_FILE: passwordFile } = environment;
  if (urls && caFile && passwordFile) {
    await patiently("the edges", patience, () => warmUpEdges({ urls, caFile, passwordFile }));
    log.info({ edges: urls.length }, "edges are warm");
  }
  await connection.drain();
}

async function allCurrent(
  jsm: JetStreamManager,
  definitions: ReturnType<typeof streamDefinitions>,
) {
  const current = await currentStreams(jsm, definitions);
  if (current < definitions.length) {
    throw new Error(`${current} of ${definitions.length} streams have all their copies`);
  }
}

const read = () => readEnvironment(shape);

try {
  const environment = read();
  const log = createLog("provision", environment.LOG_LEVEL);
  await run(environment, log);
  log.info("provisioned");
} catch (error) {
  const known = error instanceof EnvironmentInvalid || error instanceof ProvisionRefused;
  process.stderr.write(`provision: ${known ? error.message : (error as Error).stack}\n`);
  process.exit(error instanceof EnvironmentInvalid ? 2 : 1);
}
process.exit(0);
