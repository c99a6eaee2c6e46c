import { AuditChain } from "../../app/audit/audit-chain.ts";
import { AuditOutbox } from "../../app/audit/audit-outbox.ts";
import { auditSignerIn } from "../../app/audit/audit-signer.ts";
import { auditRecord } from "../../app/audit/authentication-event.ts";
import { storeAudit } from "../../app/audit/store-audit.ts";
import { calloutRequest } from "../../app/auth/callout/callout.fixture.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";

/** Writes audit records as auth does, with its key, as fast as AUDIT takes them. */
export function startAuditWriter(region: Region, connection: NatsConnection) {
  const signer = auditSignerIn(region.secrets.auditKeyFile("auth"));
  const outbox = new AuditOutbox({
    chain: new AuditChain({ kind: "auth", name: "auth-9", signer, clock: Date.now }),
    store: storeAudit(jetstream(connection, { checkAPI: false }), () => {}),
    ...{ limit: 100_000, oldestMs: 60_000, inFlight: 64, clock: Date.now },
  });
  outbox.begin();
  return {
    /** Takes so many logins; they are stored some time later. */
    write(logins: number): void {
      const decision = { request: calloutRequest(), code: undefined, known: true };
      for (let i = 0; i < logins; i++) outbox.take(auditRecord({ ...decision, nowMs: Date.now() }));
    },
    /** Waits until all of it is stored, and ends the chain. */
    close: () => outbox.drain(60_000),
    get waiting(): number {
      return outbox.size;
    },
  };
}
