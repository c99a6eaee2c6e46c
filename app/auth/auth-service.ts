import type { AuditOutbox } from "../audit/audit-outbox.ts";
import type { HeadExchange } from "../audit/head-exchange.ts";
import { subjects } from "../contract/subjects.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import { type Msg, messageHeaders } from "../shared/nats.ts";
import { createAnswering } from "./answering.ts";
import type { BarService } from "./bars/bar-service.ts";
import type { DeviceCache } from "./cache/device-cache.ts";
import type { PublisherKeyAnswers } from "./cache/publisher-key-answers.ts";
import {
  answerLabelsRequest,
  answerStatusRequest,
  type RegistryAnswer,
} from "./cache/registry-status.ts";
import type { CalloutResponder } from "./callout/callout-responder.ts";
import type { DecisionRecorder } from "./callout/decision-recorder.ts";
import { type AuthConnections, closeConnections } from "./connections.ts";
import type { CutOffService } from "./cut-off/cut-off-service.ts";
import type { LoginFindings } from "./login-findings/login-findings.ts";
import type { OneSession } from "./one-session/one-session.ts";
import { ChangeAnswers } from "./revocation/answer-changes.ts";
import type { SilentSessions } from "./silence/silent-sessions.ts";

const calloutSubject = "$SYS.REQ.USER.AUTH";
/** Replicas share the requests. */
const queue = "auth";
/** How often it is looked which counts are due to be recorded. */
const countsEveryMs = 10_000;
/** Leaves time for the rest of the drain. */
const outboxDrainMs = 15_000;

export interface AuthOptions {
  readonly connections: AuthConnections;
  readonly respond: CalloutResponder;
  readonly outbox: AuditOutbox;
  readonly recorder: Pick<DecisionRecorder, "flush">;
  readonly heads: Pick<HeadExchange, "stop" | "tellEnd">;
  /** For logins. */
  readonly cache: DeviceCache;
  /**
   * For inspectors, who ask about every recipient of an alert: in one cache with the logins they
   * would push out the devices that connect here.
   */
  readonly statusCache: DeviceCache;
  /** For inspectors, too. */
  readonly publisherKeys: Pick<PublisherKeyAnswers, "answer">;
  readonly revocation: { readonly stop: () => void };
  readonly cutOffs: Pick<CutOffService, "answer" | "stop">;
  readonly bars: Pick<BarService, "bar" | "lift" | "list" | "stop">;
  readonly loginFindings: Pick<LoginFindings, "drain">;
  readonly oneSession: Pick<OneSession, "stop">;
  readonly silentSessions: Pick<SilentSessions, "answer">;
  readonly log: Logger;
}

/** Admits and refuses devices, writes each decision into AUDIT, and tells inspectors who is registered. */
export function createAuth(options: AuthOptions): Running {
  const { connections, outbox, recorder, cache, statusCache, log } = options;
  const { callout, auth, system, peers } = connections;
  const changes = new ChangeAnswers(connections);
  const answering = createAnswering(log);
  // Whoever logged in here a moment ago need not be read again.
  const recent = async (id: string) => cache.peek(id) ?? statusCache.lookup(id);
  const subscriptions = [
    callout.connection.subscribe(calloutSubject, {
      queue,
      callback: answering.by(async (message) => {
        const reply = await options.respond(message.data);
        if (reply !== undefined) message.respond(reply);
      }),
    }),
    auth.connection.subscribe(subjects.registryStatus, {
      queue,
      callback: answering.by(async (message) => {
        respondWith(message, await answerStatusRequest(message.data, recent));
      }),
    }),
    auth.connection.subscribe(subjects.registryLabels, {
      queue,
      callback: answering.by(async (message) => {
        respondWith(message, await answerLabelsRequest(message.data, recent));
      }),
    }),
    auth.connection.subscribe(subjects.publisherKeys, {
      queue,
      callback: answering.by(async (message) => {
        respondWith(message, await options.publisherKeys.answer(message.data));
      }),
    }),
    auth.connection.subscribe(subjects.registryChangesSince, {
      queue,
      callback: answering.by(async (message) => {
        message.respond(await changes.answer(message.data));
      }),
    }),
    auth.connection.subscribe(subjects.cutOffRequest, {
      queue,
      callback: answering.by(async (message) => {
        message.respond(await options.cutOffs.answer(message.data));
      }),
    }),
    auth.connection.subscribe(subjects.barRequest, {
      queue,
      callback: answering.by(async (message) => {
        message.respond(await options.bars.bar(message.data));
      }),
    }),
    auth.connection.subscribe(subjects.barLift("*"), {
      queue,
      callback: answering.by(async (message) => {
        message.respond(await options.bars.lift(message.subject, message.data));
      }),
    }),
    auth.connection.subscribe(subjects.barList, {
      queue,
      callback: answering.by(async (message) => {
        message.respond(options.bars.list());
      }),
    }),
    auth.connection.subscribe(subjects.silentLines, {
      queue,
      callback: answering.by(async (message) => {
        message.respond(await options.silentSessions.answer(message.data));
      }),
    }),
  ];
  const counts = setInterval(() => recorder.flush(), countsEveryMs);
  counts.unref();

  return {
    notReady: () =>
      callout.watch.missing() ??
      auth.watch.missing() ??
      [system, ...peers].map(({ watch }) => watch.missing()).find((each) => each !== undefined) ??
      (cache.reached ? undefined : "the device table has not been reached yet") ??
      outbox.blocked,
    drain: async () => {
      // First out of the queue group: what the servers ask from now on goes to another replica.
      await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
      while (answering.underWay > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      clearInterval(counts);
      options.revocation.stop();
      options.cutOffs.stop();
      options.bars.stop();
      await options.loginFindings.drain();
      await options.oneSession.stop();
      recorder.flush({ last: true });
      options.heads.stop();
      for (const record of await outbox.drain(outboxDrainMs)) {
        // The log is the last place where it can be kept.
        log.error(
          { audit: JSON.parse(Buffer.from(record.body).toString()) },
          "not stored in AUDIT",
        );
      }
      options.heads.tellEnd();
      await closeConnections(connections);
    },
  };
}

type Answer = Pick<RegistryAnswer<unknown>, "problem"> & { readonly answer?: unknown };

function respondWith(message: Msg, { answer, problem }: Answer): void {
  if (problem === undefined) {
    message.respond(JSON.stringify(answer));
    return;
  }
  // The headers by which NATS services report errors.
  const headers = messageHeaders();
  headers.set("Nats-Service-Error-Code", "400");
  headers.set("Nats-Service-Error", problem);
  message.respond("", { headers });
}
