import { randomInt } from "node:crypto";
import { isClientId } from "../contract/client-id.ts";
import { nowMs } from "../contract/headers.ts";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import type { ProcessContext } from "../shared/lifecycle.ts";
import { connectProcess, type Msg } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import type { Use } from "./allowances.ts";
import { DeviceMeters } from "./device-meters.ts";
import { Enforcer } from "./enforcer.ts";
import { allowancesOf, type MeterEnvironment } from "./environment.ts";
import { KnownFloods } from "./known-floods.ts";
import { createMeterMetrics } from "./meter-metrics.ts";

const answerLimitMs = 10_000;

/** Everything by which a process counts what devices do, and has those cut off that do too much. */
export type Metering = Awaited<ReturnType<typeof openMetering>>;

/**
 * Connects as this user, who may ask auth for cut-offs and tell of them.
 *
 * What devices send comes over a connection of its own: answers would come behind all of a flood, and auth
 * be asked again and again for what it has done.
 *
 * @param besideEdge the server that we connect to is the one that the devices send to.
 */
export async function openMetering(
  user: string,
  environment: MeterEnvironment,
  { metrics: registry, log }: Pick<ProcessContext, "metrics" | "log">,
  { besideEdge = false } = {},
) {
  const metrics = createMeterMetrics(registry);
  const [connection, incoming] = await Promise.all([
    connectProcess(user, environment, log),
    connectProcess(user, environment, log),
  ]);
  const watches = [connection, incoming].map(
    (each) => new NatsWatch(each, () => metrics.interruptions.inc()),
  );
  const missing = () => watches.map((watch) => watch.missing()).find((what) => what !== undefined);
  const meters = new DeviceMeters({
    allowances: allowancesOf(environment),
    devices: environment.METERED_DEVICES,
    seed: randomInt(2 ** 31),
  });
  metrics.watchDevices(() => meters.size);
  const js = new AcknowledgedPublisher(connection, user);
  const enforcer = new Enforcer({ connection, js, metrics, log });
  const floods = new KnownFloods();
  const serverId = () => (missing() === undefined ? connection.info?.server_id : undefined);

  return {
    ...{ js, metrics, log },
    notReady: missing,
    /** @returns ends it. */
    subscribe(subject: string, take: (message: Msg) => void): () => void {
      const subscription = incoming.subscribe(subject, {
        callback: (error, message) => {
          if (error) log.error({ err: error, subject }, "what devices send cannot be counted");
          else take(message);
        },
      });
      return () => subscription.unsubscribe();
    },
    /** Tells others, who need not be there. */
    tell(subject: string, data: Uint8Array): void {
      connection.publish(subject, data);
    },
    /** Asks others, who have so long to answer. */
    async ask(subject: string, request: string): Promise<Uint8Array> {
      return (await connection.request(subject, request, { timeout: answerLimitMs })).data;
    },
    /** Of the server that we are connected to; undefined while there is none. */
    serverId,
    /** Whether a device had too much of something a moment ago, so that nothing more of it need be counted. */
    isKnownFlood: (clientId: string) => floods.has(clientId),
    /** Counts what a device did, and has it cut off when that is too much. */
    count(clientId: string | undefined, use: Use, atMs = nowMs()) {
      if (clientId === undefined || !isClientId(clientId)) {
        metrics.unreadable.inc();
        return "unreadable";
      }
      const limit = meters.count(clientId, use, atMs);
      if (limit === undefined) return "allowed";
      floods.add(clientId);
      enforcer.enforce({ clientId, limit, ...(besideEdge && { serverId: serverId() }) });
      return "exceeded";
    },
    async drain(): Promise<void> {
      floods.stop();
      await enforcer.drain();
      await Promise.all(watches.map((watch) => watch.close()));
    },
  } as const;
}
