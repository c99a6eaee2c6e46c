import { type Origin, subjects } from "../../app/contract/subjects.ts";
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
  readonly level?: Finding["level"];
  /** In what a device sent, or in what was published for it. */
  readonly origin?: Origin;
}

/** Stores what an inspector finds in reports of these clients, one of each, in order. */
export async function storeFindings(
  connection: NatsConnection,
  clientIds: readonly string[],
  { name, rule = finding.rule, payload = '{"cmd":"; rm -rf /"}', ...more }: StoredFindings,
): Promise<void> {
  const js = jetstream(connection);
  const { origin = "device", level = finding.level } = more;
  for (let from = 0; from < clientIds.length; from += atOnce) {
    const slice = clientIds.slice(from, from + atOnce);
    await Promise.all(
      slice.map(async (clientId, n) => {
        const message = {
          ...{ origin, clientId, sequence: from + n, receivedMs: Date.now() },
          ...({ payload: Buffer.from(payload), recipient: "not-asked", qos: 1 } as const),
        };
        const [event] = securityEventsOf({
          ...{ message, messageId: `${name}-${from + n}`, findings: [{ ...finding, rule, level }] },
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
