import { setTimeout as delay } from "node:timers/promises";
import { crossings } from "../contract/crossings.ts";
import { nowMs } from "../contract/headers.ts";
import { clientOfResume, subjects } from "../contract/subjects.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { Msg, NatsConnection } from "../shared/nats.ts";
import type { NatsWatch } from "../shared/nats-watch.ts";
import type { AlertIndexer } from "./alert-indexer.ts";
import type { CatchUps } from "./catch-ups.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import type { EndedSessions } from "./ended-sessions.ts";
import type { MirrorSender } from "./mirror-sender.ts";
import type { PositionLog } from "./position-log.ts";
import { readRequest } from "./resume.ts";
import type { Resumes } from "./resumes.ts";
import { readEnd, readSession } from "./session-record.ts";
import type { SessionSweep } from "./session-sweep.ts";
import type { Unsubscribed } from "./unsubscribed.ts";

export interface DeliveryOptions {
  readonly connection: NatsConnection;
  readonly watch: NatsWatch;
  readonly indexers: readonly Pick<AlertIndexer, "start" | "stop">[];
  /** One for each region whose alerts are copied here. */
  readonly mirrorSenders: readonly Pick<MirrorSender, "start" | "stop">[];
  readonly catchUps: CatchUps;
  readonly ended: EndedSessions;
  readonly resumes: Resumes;
  readonly unsubscribed: Unsubscribed;
  readonly positionLog: Pick<PositionLog, "sample">;
  readonly sweep: SessionSweep;
  /** How often devices are looked for that nobody has seen to. */
  readonly sweepMs: number;
  readonly metrics: DeliveryMetrics;
  readonly log: Logger;
}

/** Each session is seen to by one replica. */
const queue = "delivery";
const sessions = crossings.sessionsToDelivery.as;
const asked = subjects.resume("*");
const drainLimitMs = 10_000;
const drainPollMs = 20;

/** How often it is noted how far the copies of other regions' alerts are. */
const sampleMs = 60_000;

/** Does something now and again and again, one at a time. @returns ends it. */
function again(everyMs: number, act: () => Promise<void>): () => void {
  let busy = false;
  const run = async () => {
    if (busy) return;
    busy = true;
    await act();
    busy = false;
  };
  void run();
  const timer = setInterval(run, everyMs).unref();
  return () => clearInterval(timer);
}

function repeat({ sweep, sweepMs, positionLog, metrics, log }: DeliveryOptions): () => void {
  const endSweeps = again(sweepMs, async () => {
    try {
      metrics.found.inc(await sweep.run());
    } catch (error) {
      log.warn({ err: error }, "devices that nobody has seen to are not looked for");
    }
  });
  const endSamples = again(sampleMs, async () => {
    try {
      await positionLog.sample();
    } catch (error) {
      log.warn({ err: error }, "how far the copies of other regions' alerts are is not noted");
    }
  });
  return () => {
    endSweeps();
    endSamples();
  };
}

/**
 * Every replica hears of every session: what it was sending a device in an earlier one must not mix with
 * what another replica sends now. nats-server gives this to plain subscriptions first, so that it ends
 * before what the same message begins.
 */
function followAll({ connection, catchUps, resumes, unsubscribed }: DeliveryOptions): void {
  connection.subscribe(sessions, {
    callback: (_error, { data }) => {
      const session = readSession(data);
      if (!session) return;
      catchUps.abandon(session.clientId);
      unsubscribed.forget(session.clientId);
      resumes.abandon(session.clientId);
    },
  });
  connection.subscribe(asked, {
    callback: (_error, { subject, data }) => {
      if (typeof readRequest(data, nowMs()) === "string") return;
      catchUps.postpone(clientOfResume(subject));
    },
  });
}

/** What one of the replicas sees to. @returns ends it. */
function followShare(options: DeliveryOptions): () => void {
  const { connection, catchUps, ended, resumes, unsubscribed } = options;
  const share = (subject: string, take: (message: Msg) => void) =>
    connection.subscribe(subject, { queue, callback: (_error, message) => take(message) });
  const subscriptions = [
    share(sessions, ({ data }) => {
      const session = readSession(data);
      if (!session) return;
      if (!session.subscribed) return unsubscribed.note(session.clientId);
      // A clean session is stored with a subscription once it has it. One that lasts has, when its
      // device comes again, what it had before, and is stored before it is subscribed.
      const { clientId, clean: certain } = session;
      catchUps.begin({ clientId, certain, atMs: nowMs() });
    }),
    share(asked, ({ subject, data }) => void resumes.answer(clientOfResume(subject), data)),
    share(crossings.endsToDelivery.as, ({ data }) => {
      const end = readEnd(data);
      if (end) ended.record(end);
    }),
  ];
  return () => {
    for (const each of subscriptions) each.unsubscribe();
  };
}

/** Sends devices that have come back what they missed, and all what other regions took in, until it is drained. */
export function createDelivery(options: DeliveryOptions): Running {
  const { watch, catchUps, ended, indexers, mirrorSenders } = options;
  for (const each of [...indexers, ...mirrorSenders]) each.start();
  followAll(options);
  const endShare = followShare(options);
  const endRepeated = repeat(options);
  return {
    notReady: () => watch.missing(),
    drain: async () => {
      endRepeated();
      endShare();
      await Promise.all(mirrorSenders.map((sender) => sender.stop()));
      const untilMs = performance.now() + drainLimitMs;
      while (catchUps.size + ended.waiting > 0 && performance.now() < untilMs) {
        await delay(drainPollMs);
      }
      catchUps.abandonAll();
      for (const indexer of indexers) indexer.stop();
      ended.stop();
      await options.unsubscribed.end();
      await watch.close();
    },
  };
}
