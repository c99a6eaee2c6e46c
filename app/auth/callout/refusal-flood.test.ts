/** What strangers can write into the real AUDIT. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Region } from "../../../test/support/local-region.ts";
import { connectAs, readStream } from "../../../test/support/stored.ts";
import { startTestRegion } from "../../../test/support/test-region.ts";
import { AuditChain } from "../../audit/audit-chain.ts";
import { testSigners } from "../../audit/audit-keys.fixture.ts";
import { AuditOutbox } from "../../audit/audit-outbox.ts";
import { storeAudit } from "../../audit/store-audit.ts";
import { AcknowledgedPublisher } from "../../shared/acknowledged-publisher.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { readAuthEnvironment, recordLimitsOf } from "../environment.ts";
import { calloutRequest } from "./callout.fixture.ts";
import { DecisionRecorder } from "./decision-recorder.ts";
import { refuse } from "./refusal.ts";

let region: Region;
let auth: NatsConnection;
let operator: NatsConnection;

beforeAll(async () => {
  const none = { edges: 0, bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 1, syncInterval: "2m", ...none });
  [auth, operator] = await Promise.all([connectAs(region, "auth"), connectAs(region, "operator")]);
});
afterAll(async () => {
  await Promise.all([auth?.close(), operator?.close()]);
  await region?.stop();
});

/** As auth is set unless it is told otherwise. */
const settings = readAuthEnvironment({
  REPLICA: "auth-1",
  NATS_SERVERS: "a",
  NATS_PASSWORD_FILE: "a",
  NATS_CA_FILE: "a",
  CLOSER_PASSWORD_FILE: "a",
  CALLOUT_PASSWORD_FILE: "a",
  AUTH_ISSUER_SEED_FILE: "a",
  AWS_REGION: "us-east-1",
  AUDIT_KEY_FILE: "/f",
  AUDIT_KEYS_FILE: "/g",
});

it("10,000 refusals from 120 addresses are few records, whose counts are 10,000", async () => {
  const publisher = new AcknowledgedPublisher(auth, "auth");
  const outbox = new AuditOutbox({
    chain: new AuditChain({
      kind: "auth",
      name: "auth-1",
      signer: testSigners.auth,
      clock: Date.now,
    }),
    store: storeAudit(publisher, () => {}),
    limit: settings.AUDIT_OUTBOX_RECORDS,
    oldestMs: 5_000,
    inFlight: 512,
    clock: Date.now,
  });
  const recorder = new DecisionRecorder({
    ...{ outbox, limits: recordLimitsOf(settings), clock: Date.now, onCounted: () => {} },
    refusalRecords: settings.AUDIT_OUTBOX_RECORDS / 2,
  });
  for (let i = 0; i < 10_000; i++) {
    const request = calloutRequest({ address: `198.51.100.${i % 120}`, clientId: `made-up-${i}` });
    recorder.record(request, refuse("unknown-client"), false);
  }
  recorder.flush({ last: true });
  expect(await outbox.drain(30_000)).toEqual([]);
  publisher.close();

  const stored = await readStream(operator, "AUDIT", "audit.auth.*");
  const events = stored.map(({ payload }) => JSON.parse(payload));
  expect(events.reduce((sum, event) => sum + (event.count ?? 1), 0)).toBe(10_000);
  expect(events.length).toBeLessThanOrEqual(300 + 21);
  const addresses = new Set(events.map((event) => event.src_endpoint?.ip));
  expect(addresses.size).toBeGreaterThan(50);
});
