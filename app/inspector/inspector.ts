import { randomInt } from "node:crypto";
import type { Registry } from "prom-client";
import type { SignaturePolicy } from "../contract/alert-signature.ts";
import type { Lane } from "../contract/lanes.ts";
import { subjects } from "../contract/subjects.ts";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import { jetstream, jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { DecisionAudit, type DecisionAuditOptions } from "./decisions/decision-audit.ts";
import { DecisionService } from "./decisions/decision-service.ts";
import { DecisionStore } from "./decisions/decision-store.ts";
import { createInspectorMetrics, exposeInspectorState } from "./inspector-metrics.ts";
import { startIngressMaintenance } from "./partitions/ingress-maintenance.ts";
import { createIngressTail, type LogSight } from "./partitions/ingress-tail.ts";
import { createLeaseStore, timeoutMs } from "./partitions/lease-store.ts";
import { PartitionOwner } from "./partitions/partition-owner.ts";
import { readPartition } from "./partitions/partition-reader.ts";
import { createGatedMatcher } from "./patterns/gated-matcher.ts";
import type { RuleMatcher } from "./patterns/matcher.ts";
import { startMatchingThread } from "./patterns/matching-thread.ts";
import { AlertSender } from "./pipeline/alert-sender.ts";
import { ClientBaselines } from "./pipeline/anomaly/client-baselines.ts";
import { DecidedBefore } from "./pipeline/decided-before.ts";
import { HeldMessages } from "./pipeline/held-messages.ts";
import { createMessageInspector } from "./pipeline/message-inspector.ts";
import { Recipients } from "./pipeline/recipients.ts";
import { openSignatures } from "./pipeline/signature/open-signatures.ts";
import { stages } from "./pipeline/stages.ts";

export interface InspectorOptions {
  /** Whose log it reads. */
  readonly lane: Lane;
  /** Name among the replicas, the same after a restart. */
  readonly replica: string;
  readonly nats: NatsConnection;
  readonly rules: RuleMatcher;
  /** Where the rules are, for the thread that matches large messages. */
  readonly rulesDirectory: string;
  /** Clients whose habits are remembered at most; 55 bytes each. */
  readonly anomalyClients: number;
  /** What becomes of alerts that no known publisher has signed. */
  readonly signatures: SignaturePolicy;
  /** This region's name, which they sign along. */
  readonly region: string;
  readonly metrics: Registry;
  /** By what the decisions about held messages are signed and told. */
  readonly auditing: Pick<DecisionAuditOptions, "keys" | "headsMs">;
  readonly log: Logger;
}

const statusTimeoutMs = 250;
const clock = () => performance.now();
/** Reports go to no device. */
const nothingSent = { mark: () => 0, isSettled: () => true };

/** Shares the partitions of its lane with the other replicas and inspects what is in its own. */
export async function createInspector(options: InspectorOptions): Promise<Running> {
  const { lane, replica, nats, anomalyClients, metrics: registry, log } = options;
  const watch = new NatsWatch(nats);
  const js = jetstream(nats);
  const jsm = await jetstreamManager(nats, { checkAPI: false });
  const metrics = createInspectorMetrics(registry);
  const held = new HeldMessages(clock);
  const baselines = new ClientBaselines(anomalyClients, randomInt(2 ** 32));
  const recipients = new Recipients({
    query: (ids) => queryStatuses(nats, ids),
    onFailure: (error) => {
      metrics.registryFailures.inc();
      log.debug({ err: error }, "registry did not answer");
    },
    onUnverified: () => metrics.unverified.inc(),
    clock,
  });
  const thread = startMatchingThread({
    directory: options.rulesDirectory,
    version: options.rules.version,
    onReplaced: (code) => metrics.threadReplacements.inc({ code }),
    log,
  });
  const rules = createGatedMatcher(options.rules, thread);
  const state = { rules, baselines };
  const publisher = new AcknowledgedPublisher(nats, lane.process);
  const sender =
    lane.name === "alerts"
      ? new AlertSender({ nats, log, onAgain: (alerts) => metrics.sentAgain.inc(alerts) })
      : undefined;
  const policy = lane.name === "alerts" ? options.signatures : "off";
  const signatures = await openSignatures({ policy, region: options.region, nats, log, clock });
  const decided = new DecidedBefore({ nats, publisher, lane, log });
  const handle = createMessageInspector({
    ...{ lane, publisher, sender, state, recipients, decided, held, metrics, log },
    stages: [...stages, ...signatures.stages],
  });
  const { origin } = lane;
  const audit = new DecisionAudit({ nats, publisher, name: replica, ...options.auditing, log });
  const store = new DecisionStore(nats, publisher, origin);
  const deciding = { nats, publisher, sender, store, lane, audit, metrics, log };
  const decisions = new DecisionService(deciding);
  // What is asked in each round must not hold up the next.
  const looking = await jetstreamManager(nats, { checkAPI: false, timeout: timeoutMs });
  const tail = createIngressTail(looking, lane, clock);
  const owner = new PartitionOwner({
    member: replica,
    store: createLeaseStore({ nats, js, jsm: looking }, lane),
    read: ({ lease, cursor }) => readPartition({ js, jsm, lane, lease, cursor, handle, log }),
    look: tail.look,
    settled: async () => sender?.settled(),
    sent: sender ?? nothingSent,
    onEnd: ({ code, partition }) => {
      metrics.lag.remove({ partition });
      if (code !== "handed-over") metrics.leaseLosses.inc({ code });
    },
    log,
    clock,
  });
  const stopMaintenance = startIngressMaintenance({
    jsm,
    lane,
    tail,
    held: () => owner.held,
    lowestCursor: (log) => owner.lowestCursor(log),
    onLag: (partition, messages) => metrics.lag.set({ partition }, messages),
    log,
  });
  exposeInspectorState(registry, {
    partitionsOwned: () => owner.held.size,
    held: () => held.size,
    matchingWaiting: thread.waiting,
    clientsRemembered: () => baselines.size,
    fleetFactor: () => baselines.fleetFactor,
    purgeDistance: () => distance(tail.last(), (log) => owner.lowestCursor(log)),
  });
  log.info({ lane: lane.name, rules: rules.version, count: rules.size }, "inspecting");
  return {
    notReady: () =>
      watch.missing() ??
      owner.notReady() ??
      thread.notReady() ??
      held.notReady() ??
      signatures.notReady(),
    async drain() {
      await owner.drain();
      await stopMaintenance();
      await decisions.drain();
      signatures.stop();
      sender?.stop();
      publisher.close();
      await thread.close();
      await watch.close();
    },
  };
}

async function queryStatuses(nats: NatsConnection, ids: readonly string[]): Promise<unknown> {
  const reply = await nats.request(subjects.registryStatus, JSON.stringify(ids), {
    timeout: statusTimeoutMs,
  });
  return reply.json();
}

function distance(
  log: LogSight | undefined,
  lowestCursor: (log: LogSight) => number | undefined,
): number | undefined {
  if (!log) return undefined;
  const lowest = lowestCursor(log);
  return lowest === undefined ? undefined : Math.max(0, log.lastSequence - lowest);
}
