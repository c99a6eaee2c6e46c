import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { defaultDeviceTable } from "../contract/device.ts";
import { headers, nowMs } from "../contract/headers.ts";
import { DeviceRegistry } from "../registry/device-registry.ts";
import { createDynamoClient } from "../registry/device-table.ts";
import { count, natsSchema, processSchema, readEnvironment } from "../shared/environment.ts";
import { type ProcessContext, runProcess } from "../shared/lifecycle.ts";
import { connectNats, jetstream, messageHeaders, type NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { storeMessage } from "../shared/store-message.ts";
import { AuditOutbox } from "./audit-outbox.ts";
import { type AuthMetrics, createAuthMetrics } from "./auth-metrics.ts";
import { createAuth } from "./auth-service.ts";
import { createCalloutResponder } from "./callout-responder.ts";
import { DeviceCache } from "./device-cache.ts";
import { accountKeyOf } from "./nkey.ts";
import { createTokenIssuer } from "./user-jwt.ts";

const shape = {
  ...processSchema,
  /** The password file is user `auth`'s. */
  ...natsSchema,
  CALLOUT_PASSWORD_FILE: z.string().min(1),
  /** Account seed whose public key nats-server knows as issuer. */
  AUTH_ISSUER_SEED_FILE: z.string().min(1),
  DEVICE_TABLE: z.string().min(1).default(defaultDeviceTable),
  AWS_REGION: z.string().min(1),
  DYNAMODB_ENDPOINT: z.url().optional(),
  CACHE_POSITIVE_SECONDS: count.default(30),
  CACHE_NEGATIVE_SECONDS: count.default(5),
  /** How long known devices are admitted while DynamoDB cannot be read. */
  CACHE_STALE_SECONDS: count.default(3_600),
  /** Some 0.6 kB of heap each. */
  CACHE_DEVICES: count.default(250_000),
  AUDIT_OUTBOX_RECORDS: count.default(10_000),
  AUDIT_OLDEST_SECONDS: count.default(5),
};
type Environment = ReturnType<typeof read>;
const read = () => readEnvironment(shape);

/** Within the server's two seconds there must be time for a second attempt. */
const registryAttempts = { attemptMs: 600, attempts: 2 };
const statusCacheDevices = 100_000;
const auditsInFlight = 512;

function createOutbox(connection: NatsConnection, metrics: AuthMetrics, environment: Environment) {
  const js = jetstream(connection);
  const outbox = new AuditOutbox({
    store: async (record, signal) => {
      const recordHeaders = messageHeaders();
      recordHeaders.set(headers.messageId, record.id);
      await storeMessage(js, record.subject, record.body, {
        headers: recordHeaders,
        signal,
        onRetry: () => metrics.auditFailures.inc(),
      });
    },
    limit: environment.AUDIT_OUTBOX_RECORDS,
    oldestMs: environment.AUDIT_OLDEST_SECONDS * 1000,
    inFlight: auditsInFlight,
    clock: nowMs,
  });
  metrics.watchOutbox(outbox);
  return outbox;
}

function createCaches(environment: Environment, metrics: AuthMetrics, log: ProcessContext["log"]) {
  const client = createDynamoClient({
    region: environment.AWS_REGION,
    endpoint: environment.DYNAMODB_ENDPOINT,
    ...registryAttempts,
  });
  const batch = { attempts: 3, firstPauseMs: 20 };
  const registry = new DeviceRegistry({ client, table: environment.DEVICE_TABLE, batch });
  const cache = (name: "login" | "status", capacity: number) =>
    new DeviceCache({
      read: async (ids) => {
        const timed = metrics.registryReadSeconds.startTimer();
        return registry.getMany(ids).finally(timed);
      },
      lifetimes: {
        positiveMs: environment.CACHE_POSITIVE_SECONDS * 1000,
        negativeMs: environment.CACHE_NEGATIVE_SECONDS * 1000,
        staleMs: environment.CACHE_STALE_SECONDS * 1000,
      },
      capacity,
      clock: () => performance.now(),
      onResult: (result) => metrics.lookedUp(name, result),
      onReadFailure: (error) => {
        metrics.registryReadFailures.inc();
        log.warn({ err: error }, "the device table cannot be read");
      },
      onUnreadable: (clientId, reason) => {
        metrics.unreadableItems.inc();
        log.error({ client: clientId, reason }, "an item of the device table is not a device");
      },
    });
  return {
    deviceRegistry: registry,
    cache: cache("login", environment.CACHE_DEVICES),
    statusCache: cache("status", statusCacheDevices),
  };
}

/** Connections are open and code is compiled after so many reads; the first ones take ten times as long. */
const warmUpReads = 100;

/** Reads until it works, and works fast: a replica is ready only when it can look devices up. */
async function reachRegistry(
  cache: DeviceCache,
  registry: DeviceRegistry,
  log: ProcessContext["log"],
): Promise<void> {
  for (let done = 0; done < warmUpReads; ) {
    try {
      await registry.getMany(["-"]);
      done++;
    } catch (error) {
      log.warn({ err: error }, "the device table cannot be read");
      await delay(500, undefined, { ref: false });
    }
  }
  await cache.lookup("-");
}

async function start(environment: Environment, { log, metrics: registry }: ProcessContext) {
  const issuer = createTokenIssuer(
    accountKeyOf(readFileSync(environment.AUTH_ISSUER_SEED_FILE, "utf8")),
  );
  const metrics = createAuthMetrics(registry);
  const connectAs = async (user: string, passwordFile: string) => {
    const { NATS_SERVERS: servers, NATS_CA_FILE: caFile, REPLICA } = environment;
    const connection = await connectNats({ servers, user, passwordFile, caFile }, REPLICA, log);
    return { connection, watch: new NatsWatch(connection) };
  };
  const core = await connectAs("auth", environment.NATS_PASSWORD_FILE);
  const callout = await connectAs("auth-callout", environment.CALLOUT_PASSWORD_FILE);
  const outbox = createOutbox(core.connection, metrics, environment);
  const { deviceRegistry, cache, statusCache } = createCaches(environment, metrics, log);
  const lookup = (clientId: string) => cache.lookup(clientId);
  const respond = createCalloutResponder({ lookup, outbox, issuer, metrics, log, clock: nowMs });
  void reachRegistry(cache, deviceRegistry, log);
  return createAuth({ callout, core, respond, outbox, cache, statusCache, log });
}

await runProcess("auth", read, start);
