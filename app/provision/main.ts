import pRetry from "p-retry";
import { z } from "zod";
import {
  type ConsumerDefinition,
  consumerDefinitions,
  mirrorConsumers,
} from "../contract/consumers.ts";
import { mqttStreamDefinitions } from "../contract/mqtt-streams.ts";
import { sourceAccount } from "../contract/peers.ts";
import { regionNames } from "../contract/regions.ts";
import { accountOfStream, type StoreAccount, storeAccounts } from "../contract/stores.ts";
import { defaultScale } from "../contract/stream-definition.ts";
import { mqttStreamMaker, streamMaker } from "../contract/stream-makers.ts";
import { mirrorDefinitions, streamDefinitions } from "../contract/streams.ts";
import {
  count,
  EnvironmentInvalid,
  natsSchema,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";
import { createLog, type Logger } from "../shared/log.ts";
import { connectNats, type JetStreamManager, jetstreamManager } from "../shared/nats.ts";
import { passwordFiles } from "../shared/password-files.ts";
import { type PeerLogin, peerLogins } from "../shared/peer-logins.ts";
import { printableLines } from "../shared/printable.ts";
import { streamMaxBytes } from "../shared/stream-max-bytes.ts";
import { mirrorTrouble } from "./mirror-state.ts";
import {
  currentStreams,
  type Definitions,
  ProvisionRefused,
  provisionConsumers,
  provisionStreams,
} from "./provision.ts";
import { provisionMqttStreams } from "./provision-mqtt.ts";
import { deliverySends, inspectorsSend, stillRepublishing } from "./republishing.ts";

const shape = {
  LOG_LEVEL: processSchema.LOG_LEVEL,
  NATS_SERVERS: natsSchema.NATS_SERVERS,
  NATS_CA_FILE: natsSchema.NATS_CA_FILE,
  /** Of the user who makes the streams, in each account that has some. */
  ACCOUNT_PASSWORD_FILES: passwordFiles(storeAccounts).refine(
    (files) => storeAccounts.every((account) => files.some(({ name }) => name === account)),
    `must name a file for each of ${storeAccounts.join(", ")}`,
  ),
  STREAM_REPLICAS: count.default(defaultScale.replicas),
  /** What each stream may hold, as `boundsText` writes it. */
  STREAM_MAX_BYTES: streamMaxBytes.default(defaultScale.maxBytes),
  ALERT_RETENTION_HOURS: count.default(defaultScale.alertRetentionHours),
  /** How long to wait for the cluster before giving up, in seconds. */
  WAIT_SECONDS: count.default(120),
  /** Of user `provision-devices`, who makes the streams of nats-server's MQTT layer. */
  DEVICES_PASSWORD_FILE: z.string().min(1),
  /** This region's name; needed where there are others. */
  REGION: z.enum(regionNames).optional(),
  /** The other regions, whose alerts are mirrored here. */
  PEER_PASSWORD_FILES: peerLogins.default([]),
};

type Environment = ReturnType<typeof read>;

const regionMissing = `the environment is not valid:
  REGION: must name this region where PEER_PASSWORD_FILES names others; it is not set`;

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

interface Work<D> {
  readonly environment: Environment;
  readonly log: Logger;
  /** Who makes the streams: users may do so in their own account only. */
  readonly login: { readonly user: string; readonly passwordFile: string };
  readonly make: (
    jsm: JetStreamManager,
    definitions: readonly D[],
    log: Logger,
  ) => Promise<unknown>;
}

/** Makes one account's streams, waits for all copies, and does what is left to do with them. */
async function provisionAccount<D extends { readonly name: string }>(
  { environment, log, login, make }: Work<D>,
  definitions: readonly D[],
  then: (jsm: JetStreamManager) => Promise<void> = async () => {},
): Promise<void> {
  const patience = { log, seconds: environment.WAIT_SECONDS };
  const connection = await connectNats(
    { servers: environment.NATS_SERVERS, caFile: environment.NATS_CA_FILE, ...login },
    "provision",
    log,
  );
  const jsm = await patiently("JetStream", patience, () => jetstreamManager(connection));
  await patiently("the streams", patience, () => make(jsm, definitions, log));
  await patiently("all copies", patience, () => allCurrent(jsm, definitions));
  await then(jsm);
  await connection.drain();
}

/** Makes streams, and those of the consumers that are of them. `sent` says whether nothing need be republished. */
const makerOf =
  (consumers: readonly ConsumerDefinition[], sent: () => Promise<boolean>) =>
  async (jsm: JetStreamManager, wanted: Definitions, log: Logger) => {
    const definitions = [];
    for (const each of wanted) definitions.push(await stillRepublishing({ jsm, log }, each, sent));
    await provisionStreams(jsm, definitions, log);
    await provisionConsumers(jsm, definitions, consumers);
  };

/** Looks at what another account has. */
async function lookInto<T>(
  account: StoreAccount,
  { environment, log }: { readonly environment: Environment; readonly log: Logger },
  look: (jsm: JetStreamManager) => Promise<T>,
): Promise<T> {
  const {
    NATS_SERVERS: servers,
    NATS_CA_FILE: caFile,
    ACCOUNT_PASSWORD_FILES: files,
  } = environment;
  const passwordFile = files.find(({ name }) => name === account)?.passwordFile ?? "";
  const login = { user: streamMaker(account), passwordFile };
  const connection = await connectNats({ servers, caFile, ...login }, "provision", log);
  try {
    return await look(await jetstreamManager(connection, { checkAPI: false }));
  } finally {
    await connection.close();
  }
}

async function run(environment: Environment, log: Logger): Promise<void> {
  const scale = {
    replicas: environment.STREAM_REPLICAS,
    maxBytes: environment.STREAM_MAX_BYTES,
    alertRetentionHours: environment.ALERT_RETENTION_HOURS,
  };
  const { PEER_PASSWORD_FILES: peers, REGION: reader } = environment;
  const readByPeers = mirrorConsumers(peers.map(({ region }) => region));
  const inspected = () => lookInto("INTAKE", { environment, log }, inspectorsSend);
  const own = {
    ...{ environment, log },
    make: makerOf([...consumerDefinitions, ...readByPeers], inspected),
  };
  for (const { name, passwordFile } of environment.ACCOUNT_PASSWORD_FILES) {
    const definitions = streamDefinitions(scale).filter(
      (each) => accountOfStream(each.name) === name,
    );
    await provisionAccount(
      { ...own, login: { user: streamMaker(name), passwordFile } },
      definitions,
    );
  }
  const mqttMaker = { user: mqttStreamMaker, passwordFile: environment.DEVICES_PASSWORD_FILE };
  await provisionAccount(
    { environment, log, login: mqttMaker, make: provisionMqttStreams },
    mqttStreamDefinitions(scale.replicas),
  );
  for (const { region, passwordFile } of peers) {
    if (reader === undefined) throw new EnvironmentInvalid(regionMissing);
    const definitions = mirrorDefinitions(scale, { reader, origin: region });
    const login = { user: streamMaker(sourceAccount(region)), passwordFile };
    const sent = () => lookInto("SEEN", { environment, log }, (jsm) => deliverySends(jsm, region));
    const make = makerOf(consumerDefinitions, sent);
    await provisionAccount({ environment, log, login, make }, definitions, async (jsm) => {
      for (const { name } of definitions) await reportMirror(jsm, name, { log, region });
    });
  }
}

/** A peer that is not up yet is no failure: the mirror asks for it again and again. */
async function reportMirror(
  jsm: JetStreamManager,
  name: string,
  { log, region }: { log: Logger; region: PeerLogin["region"] },
): Promise<void> {
  const following = async () => {
    const trouble = mirrorTrouble((await jsm.streams.info(name)).mirror);
    if (trouble !== undefined) throw new Error(trouble);
  };
  try {
    await pRetry(following, { retries: 5, minTimeout: 100, maxTimeout: 1_000 });
    log.info(`the mirror of ${name} in ${region} follows it`);
  } catch (error) {
    const trouble = (error as Error).message;
    log.warn({ trouble }, `the mirror of ${name} in ${region} does not follow yet`);
  }
}

async function allCurrent(
  jsm: JetStreamManager,
  definitions: readonly { readonly name: string }[],
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
  const text = `provision: ${known ? error.message : (error as Error).stack}`;
  process.stderr.write(`${printableLines(text, 1_000)}\n`);
  process.exit(error instanceof EnvironmentInvalid ? 2 : 1);
}
process.exit(0);
