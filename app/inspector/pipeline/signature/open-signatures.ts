import type { SignaturePolicy } from "../../../contract/alert-signature.ts";
import { subjects } from "../../../contract/subjects.ts";
import type { Logger } from "../../../shared/log.ts";
import type { NatsConnection } from "../../../shared/nats.ts";
import type { Stage } from "../stages.ts";
import { PublisherKeyRing } from "./publisher-key-ring.ts";
import { createSignatureVerification } from "./signature-verification.ts";

export interface Signatures {
  /** None where nobody asks for signatures: that costs nothing. */
  readonly stages: readonly Stage[];
  readonly notReady: () => string | undefined;
  readonly stop: () => void;
}

export interface SignaturesOptions {
  readonly policy: SignaturePolicy;
  /** This region's name, which publishers sign along. */
  readonly region: string;
  readonly nats: Pick<NatsConnection, "request">;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

const askLimitMs = 1_000;
/** A start waits so long for the keys; what comes before they are known waits, or is tagged. */
const beginLimitMs = 5_000;

/** Begins to follow the keys of publishers where the policy is to look at signatures. */
export async function openSignatures(options: SignaturesOptions): Promise<Signatures> {
  const { policy, region, nats, log, clock } = options;
  if (policy === "off") return { stages: [], notReady: () => undefined, stop: () => {} };
  const keys = new PublisherKeyRing({
    ask: async (version) => {
      const request = JSON.stringify({ version });
      const reply = await nats.request(subjects.publisherKeys, request, { timeout: askLimitMs });
      return reply.json();
    },
    onFailure: (error) => log.warn({ err: error }, "the keys of publishers are not told"),
    clock,
  });
  await keys.begin(beginLimitMs);
  return {
    stages: [createSignatureVerification({ policy, region, keys })],
    notReady: () => keys.notReady(),
    stop: () => keys.stop(),
  };
}
