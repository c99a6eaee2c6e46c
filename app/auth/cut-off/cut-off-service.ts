import type { AuditOutbox } from "../../audit/audit-outbox.ts";
import { cutOffRecord, withheldRecord } from "../../audit/authentication-event.ts";
import { isClientId } from "../../contract/client-id.ts";
import { type CutOffTimes, parseCutOffRequest } from "../../cut-off/cut-off.ts";
import type { Logger } from "../../shared/log.ts";
import type { AuthConnections } from "../connections.ts";
import type { OwnLogins } from "../one-session/own-logins.ts";
import { LiveSessions } from "../revocation/live-sessions.ts";
import { SessionCloser } from "../revocation/session-closer.ts";
import { Closings } from "./closings.ts";
import type { createCutOffMetrics } from "./cut-off-metrics.ts";
import { cutOffStore, followCutOffs } from "./cut-off-store.ts";
import { CutOffs } from "./cut-offs.ts";
import { WithheldCutOffs } from "./withheld-cut-offs.ts";

export interface CutOffServiceOptions {
  readonly connections: Pick<AuthConnections, "auth" | "system">;
  readonly outbox: Pick<AuditOutbox, "offer">;
  readonly times: CutOffTimes;
  readonly perMinute: number;
  /** Where devices logged in. */
  readonly logins: Pick<OwnLogins, "of" | "forget">;
  /** Whether there is such a device. True as well when it cannot be told. */
  readonly exists: (clientId: string) => Promise<boolean>;
  readonly metrics: ReturnType<typeof createCutOffMetrics>;
  readonly log: Logger;
  /** Milliseconds since 1970, from a clock that does not jump. */
  readonly clock: () => number;
}

export interface CutOffService {
  readonly isCutOff: (clientId: string) => boolean;
  /** Cuts a device off as asked. The answer is its cut-off, or `{error}`. */
  readonly answer: (request: Uint8Array) => Promise<string>;
  readonly stop: () => void;
}

/** Requests in hand: whoever asks for more must not keep auth from answering logins. */
const atOnce = 200;
/** Sessions that are closed again, for each cut-off that there may be: one a second for as long as closing fails. */
const repeatsPerCutOff = 5;
/** How often it is recorded how many requests were not followed. */
const countsEveryMs = 10_000;

/** Keeps out devices that sent too much: the meter finds them, and each replica refuses them. */
export function startCutOffs(options: CutOffServiceOptions): CutOffService {
  const { connections, metrics, log, clock } = options;
  const { connection } = connections.auth;
  const { times, perMinute, exists, outbox } = options;
  const store = cutOffStore(connection);
  const cutOffs = new CutOffs({ store, times, perMinute, exists, clock });
  const withheld = new WithheldCutOffs(clock);
  const tellWithheld = () => withheld.tell((each) => outbox.offer(withheldRecord(each)));
  const counts = setInterval(tellWithheld, countsEveryMs);
  counts.unref();
  metrics.watchInForce(() => cutOffs.inForce);
  const closing = new Closings({
    closer: new SessionCloser({
      sessions: new LiveSessions(connections.system.connection),
      onClosed: ({ clientId }) => log.info({ client: clientId }, "session of a flooder closed"),
    }),
    logins: options.logins,
    repeatsPerMinute: repeatsPerCutOff * perMinute,
    ...{ clock, log },
    onFailure: () => metrics.closingFailures.inc(),
  });
  const reader = followCutOffs({
    ...{ connection, cutOffs, log },
    onLearned(clientId) {
      if (cutOffs.isCutOff(clientId)) closing.endAdmitted(clientId);
    },
  });

  let inHand = 0;
  const answer = async (data: Uint8Array): Promise<string> => {
    if (inHand >= atOnce) {
      metrics.failures.inc();
      return problem("too many cut-offs at once");
    }
    inHand++;
    return decide(data).finally(() => inHand--);
  };
  const decide = async (data: Uint8Array): Promise<string> => {
    const request = parseCutOffRequest(data);
    if (!request || !isClientId(request.clientId)) return problem("not a request for a cut-off");
    const { clientId, serverId } = request;
    try {
      const outcome = await cutOffs.cutOff(request);
      if (outcome.withheld !== undefined) {
        metrics.withheld(outcome.withheld);
        withheld.count(outcome.withheld);
        return problem(refusals[outcome.withheld]);
      }
      const { cutOff, isNew } = outcome;
      if (!isNew && !closing.again(clientId, serverId)) {
        metrics.closingsWithheld.inc();
        return problem("too many sessions to close again in a minute");
      }
      if (isNew) {
        closing.add(clientId, serverId);
        metrics.cutOff(cutOff.limit);
        log.warn({ client: clientId, ...cutOff }, "a device is cut off");
        const record = cutOffRecord(clientId, cutOff);
        if (!outbox.offer(record)) metrics.unrecorded.inc();
      }
      return JSON.stringify(cutOff);
    } catch (error) {
      metrics.failures.inc();
      log.error({ err: error, client: clientId }, "a device could not be cut off");
      return problem("the cut-off could not be stored");
    }
  };
  const stop = () => {
    clearInterval(counts);
    tellWithheld();
    reader.stop();
  };
  return { isCutOff: (clientId) => cutOffs.isCutOff(clientId), answer, stop };
}

const refusals = { unknown: "there is no such device", limit: "too many cut-offs in a minute" };

const problem = (error: string) => JSON.stringify({ error });
