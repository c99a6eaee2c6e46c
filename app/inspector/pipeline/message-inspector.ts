import { setTimeout as delay } from "node:timers/promises";
import { headers, nowMs } from "../../contract/headers.ts";
import type { Lane } from "../../contract/lanes.ts";
import type { Origin } from "../../contract/subjects.ts";
import type { Finding } from "../../contract/verdict.ts";
import type { Logger } from "../../shared/log.ts";
import { type JetStreamClient, messageHeaders } from "../../shared/nats.ts";
import { Semaphore } from "../../shared/semaphore.ts";
import { isFull, type PubAck, storeMessage } from "../../shared/store-message.ts";
import type { InspectorMetrics } from "../inspector-metrics.ts";
import type { Lease } from "../partitions/lease.ts";
import type { MessageHandler } from "../partitions/partition-reader.ts";
import type { AlertSender, AlertToSend } from "./alert-sender.ts";
import type { DecidedBefore } from "./decided-before.ts";
import { securityEventsOf } from "./detection-finding.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { IngressMessage } from "./ingress-message.ts";
import { type Inspection, inspect } from "./inspection.ts";
import type { InspectedMessage, SignedClaim } from "./message.ts";
import {
  addressingOf,
  deadLetterOf,
  eventOutputs,
  identityOf,
  type Output,
  outputsOf,
} from "./outputs.ts";
import type { Recipients } from "./recipients.ts";
import { type InspectionState, isUnmatched, type Stage } from "./stages.ts";
import { verdictOf } from "./verdict.ts";

export interface MessageInspectorOptions {
  readonly lane: Lane;
  readonly publisher: Pick<JetStreamClient, "publish">;
  /** Where alerts are stored. */
  readonly sender: Pick<AlertSender, "send"> | undefined;
  readonly stages: readonly Stage[];
  readonly state: InspectionState;
  readonly recipients: Recipients;
  readonly decided: Pick<DecidedBefore, "begin" | "settle">;
  readonly held: HeldMessages;
  readonly metrics: InspectorMetrics;
  readonly log: Logger;
}

/**
 * Messages being stored at once. Enough for 8,000 a second at 30 ms each; more would only queue up
 * in the servers, and with it the renewals of the leases.
 */
const storeSlots = 256;

/** Of so many messages the stages of one are measured: to observe costs as much as a stage. */
const stageSampling = 16;
const [firstRetryMs, longestRetryMs] = [50, 5_000];

/** Takes one message of a log from inspection to everything stored that follows from it. */
export function createMessageInspector(options: MessageInspectorOptions): MessageHandler {
  const { lane, sender, decided, metrics } = options;
  const slots = new Semaphore(storeSlots);
  return async (source, lease) => {
    lease.signal.throwIfAborted();
    decided.begin(source, lease);
    const results = await resultsOf(options, source, lease);
    const outputs = await decided.settle({ source, outputs: results }, lease);
    const publish = fenced(options.publisher, lease);
    const store = async (output: Output) => {
      const context = { ...options, lease };
      const stored = await storeOutput({ publish }, output, context);
      if (stored) {
        if (output.destination === "alerts") await sender?.send(alertOf(output, stored), lease);
        return;
      }
      metrics.deadLetters.inc({ reason: "quarantine-full" });
      await storeOutput({ publish }, deadLetterOf(lane, source, "quarantine-full"), context);
    };
    await slots.run(() => Promise.all(outputs.map(store)));
    if (!source.canary) metrics.storeSeconds.observe(Math.max(0, nowMs() - source.storedMs) / 1000);
  };
}

async function resultsOf(
  options: MessageInspectorOptions,
  source: IngressMessage,
  lease: Lease,
): Promise<readonly Output[]> {
  const { lane, recipients, state, metrics } = options;
  const addressing = addressingOf(source);
  if (addressing.refusal !== undefined) {
    metrics.deadLetters.inc({ reason: addressing.refusal });
    return [deadLetterOf(lane, source, addressing.refusal)];
  }
  const { origin, clientId } = addressing;
  const status = origin === "upstream" ? recipients.statusOf(clientId) : "not-asked";
  const message: InspectedMessage = {
    origin,
    clientId,
    payload: source.payload,
    qos: source.qos,
    sequence: source.sequence,
    receivedMs: sentMs(source, origin),
    recipient: typeof status === "string" ? status : await status,
    ...(source.signature !== undefined && { signed: claimOf(source, source.signature) }),
  };
  const findings = await inspectOrHold(options, message, lease);
  if (source.canary && origin === "device")
    return canaryOutputs(options, source, message, findings);
  if (findings.some(isUnmatched)) metrics.budgetExceeded.inc({ origin });
  const verdict = verdictOf(origin, findings);
  metrics.inspected.inc({ verdict, origin });
  for (const { class: findingClass, level } of findings) {
    metrics.findings.inc({ class: findingClass, level });
  }
  const messageId = identityOf(source, clientId);
  const inspectedMs = nowMs();
  const { version: rulesVersion } = state.rules;
  const events = securityEventsOf({
    message,
    messageId,
    findings,
    verdict,
    rulesVersion,
    inspectedMs,
  });
  return outputsOf({ source, messageId, origin, clientId, findings, verdict, inspectedMs, events });
}

/**
 * Of a synthetic attack only what it is there for: the rules' finding, when it would have been held.
 * Nothing of it is counted, held or let pass.
 */
function canaryOutputs(
  { metrics, state }: MessageInspectorOptions,
  source: IngressMessage,
  message: InspectedMessage,
  findings: readonly Finding[],
): readonly Output[] {
  const found = findings.filter((each) => each.class === "pattern" && !isUnmatched(each));
  const { origin, clientId } = message;
  const verdict = verdictOf(origin, found);
  const raised = verdict === "quarantine" || verdict === "deny";
  metrics.canaries.inc({ outcome: raised ? "raised" : "missed" });
  if (!raised) return [];
  const messageId = identityOf(source, clientId);
  const inspectedMs = nowMs();
  const { version: rulesVersion } = state.rules;
  const what = { message, messageId, findings: found, verdict, rulesVersion, inspectedMs };
  return eventOutputs(clientId, securityEventsOf({ ...what, canary: true }));
}

/** A report may have waited at its gate: what was sent at a device's own pace is judged by that. */
const sentMs = (source: IngressMessage, origin: Origin) =>
  origin === "device" ? takenMs(source) : source.storedMs;

/** When the gate or the bridge had it. */
function takenMs({ received, storedMs }: IngressMessage): number {
  const receivedMs = Number(received);
  return receivedMs <= storedMs ? receivedMs : storedMs;
}

const claimOf = (source: IngressMessage, signature: string): SignedClaim => ({
  ...{ signature, messageId: source.messageId ?? "" },
  ...{ takenMs: takenMs(source), storedMs: source.storedMs },
});

/**
 * What could not be inspected is neither passed nor dropped: it is tried again until the lease ends,
 * or until the stage that fails is given up.
 */
async function inspectOrHold(
  { stages, state, held, metrics, log }: MessageInspectorOptions,
  message: InspectedMessage,
  lease: Lease,
) {
  const inspection: Inspection = { done: [] };
  const onStage = (stage: string, seconds: number) => {
    if (message.sequence % stageSampling === 0) metrics.stageSeconds(stage, seconds);
  };
  const onGivenUp = (failure: Error) => {
    metrics.stageFailures.inc();
    log.error({ err: failure }, "message judged without the stage that failed");
  };
  try {
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
      try {
        return await inspect(message, inspection, { stages, state, onStage, onGivenUp });
      } catch (error) {
        held.add(message.sequence);
        metrics.stageFailures.inc();
        log.error({ err: error, retryMs }, "message held");
        await delay(retryMs, undefined, { signal: lease.signal });
      }
    }
  } finally {
    held.delete(message.sequence);
  }
}

/** Refuses to publish once the lease is over, which a process that was stopped learns only here. */
function fenced({ publish }: Pick<JetStreamClient, "publish">, lease: Lease): typeof publish {
  return (...publication) => {
    if (!lease.held()) throw lease.signal.reason;
    return publish(...publication);
  };
}

const alertOf = (output: Output, { duplicate }: PubAck): AlertToSend => ({
  subject: output.subject,
  payload: output.payload,
  id: output.headers[headers.messageId] ?? "",
  repeated: duplicate,
});

/**
 * Stores until it is stored. Undefined when that has no end: QUARANTINE refuses while it is full, and
 * what is held back must not hold up what is not.
 */
async function storeOutput(
  publisher: Pick<JetStreamClient, "publish">,
  output: Output,
  context: Pick<MessageInspectorOptions, "metrics" | "log"> & { lease: Lease },
): Promise<PubAck | undefined> {
  const { lease, metrics, log } = context;
  const { destination, subject } = output;
  const fields = messageHeaders();
  for (const [name, value] of Object.entries(output.headers)) fields.set(name, value);
  const payload = typeof output.payload === "string" ? Buffer.from(output.payload) : output.payload;
  const mayBeFull = destination === "quarantine";
  try {
    const stored = await storeMessage(publisher, subject, payload, {
      headers: fields,
      signal: lease.signal,
      isFinal: (error) => mayBeFull && isFull(error),
      onRetry: (error, attempt) => {
        metrics.storeRetries.inc({ destination });
        // The first time-out may pass; what lasts has to be seen, but not with every attempt.
        if (attempt % 20 === 5) log.warn({ err: error, destination, attempt }, "still not stored");
      },
    });
    if (stored.duplicate) metrics.duplicates.inc({ destination });
    return stored;
  } catch (error) {
    if (mayBeFull && isFull(error)) return undefined;
    throw error;
  }
}
