import { subjects } from "../../app/contract/subjects.ts";
import type { Finding } from "../../app/contract/verdict.ts";
import { securityEventsOf } from "../../app/inspector/pipeline/detection-finding.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";

const finding: Finding = {
  ...{ class: "pattern", rule: "command-injection", title: "Command injection", level: "high" },
  ...{ verdict: "quarantine", confidence: 0.9, tags: ["attack.t1059"] },
};
const atOnce = 200;

interface StoredFindings {
  /** Tells these from others of the same clients. */
  readonly name: string;
  readonly rule?: string;
  /** What is found, in each. */
  readonly payload?: string;
}

/** Stores what an inspector finds in reports of these clients, one of each, in order. */
export async function storeFindings(
  connection: NatsConnection,
  clientIds: readonly string[],
  { name, rule = finding.rule, payload = '{"cmd":"; rm -rf /"}' }: StoredFindings,
): Promise<void> {
  const js = jetstream(connection);
  for (let from = 0; from < clientIds.length; from += atOnce) {
    const slice = clientIds.slice(from, from + atOnce);
    await Promise.all(
      slice.map(async (clientId, n) => {
        const message = {
          ...({ origin: "device", clientId, sequence: from + n, receivedMs: Date.now() } as const),
          ...({ payload: Buffer.from(payload), recipient: "not-asked", qos: 1 } as const),
        };
        const [event] = securityEventsOf({
          ...{ message, messageId: `${name}-${from + n}`, findings: [{ ...finding, rule }] },
          ...({ verdict: "quarantine", rulesVersion: "1", inspectedMs: Date.now() } as const),
        });
        if (!event) throw new Error("no finding");
        await js.publish(subjects.event(event.class, clientId), JSON.stringify(event.body), {
          msgID: event.id,
        });
      }),
    );
  }
}
