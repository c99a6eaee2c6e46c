/** A publishing process is killed, and what it had taken reaches the device: counted there, by its text. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sentinel, startSentinel } from "../../app/cli/sentinel.fixture.ts";
import { topics } from "../../app/contract/subjects.ts";
import type { Region } from "../../local/region.ts";
import { connectInTime, registerDevice } from "../support/clients.ts";
import { startTestRegion } from "../support/test-region.ts";

const within = { timeout: 120_000, interval: 50 };
let region: Region;
let journals: string;

beforeAll(async () => {
  journals = mkdtempSync(join(tmpdir(), "sentinel-journals-"));
  region = await startTestRegion({ edges: 1, auths: 1, inspectors: 1 });
});
afterAll(async () => {
  await region?.stop();
  rmSync(journals, { recursive: true, force: true });
});

const publish = (client: string, args: readonly string[]) => [
  ...["--env-file", join(region.directory, "operator.env"), "publish", ...args],
  ...["--confirm", "--timeout", "150s", "--journal", join(journals, client)],
];
const payloads = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}`);
const lines = (client: string, texts: readonly string[]) =>
  texts.map((payload, n) => `${JSON.stringify({ client, payload, id: `${n}` })}\n`).join("");

async function inboxOf(client: string): Promise<() => readonly string[]> {
  const password = await registerDevice(region, client);
  const { client: device, received } = await connectInTime(region, { clientId: client, password });
  await device.subscribeAsync(topics.alerts(client));
  return () => received.map(({ payload }) => payload);
}

it("what it had taken while the broker was away comes once and in order, before what is new", async () => {
  const inbox = await inboxOf("away");
  const mosquitto = region.process("mosquitto");
  await mosquitto.suspend();
  const victim = startSentinel(publish("away", ["--lines", "-"]), {});
  victim.child.stdin.write(lines("away", payloads(300)));
  await vi.waitFor(() => expect(victim.said.stderr).toContain("300 published"), within);
  victim.child.kill("SIGKILL");
  await victim.finished;
  mosquitto.resume();

  const next = await sentinel(publish("away", ["away", '{"last":1}']), {});
  expect(next).toMatchObject({ code: 0, stdout: "" });
  expect(next.stderr).toMatch(/^300 alerts of earlier runs are sent first\n/);
  await vi.waitFor(() => expect(inbox()).toContain('{"last":1}'), within);
  expect(inbox()).toEqual([...payloads(300), '{"last":1}']);
});

it("killed again and again in the middle, and started anew with the same lines, it repeats none of them", async () => {
  const inbox = await inboxOf("middle");
  const texts = payloads(1_500);
  for (const reached of [100, 700]) {
    const victim = startSentinel(publish("middle", ["--lines", "-"]), {});
    victim.child.stdin.write(lines("middle", texts));
    await vi.waitFor(() => expect(inbox().length).toBeGreaterThan(reached), within);
    victim.child.kill("SIGKILL");
    await victim.finished;
  }
  const last = await sentinel(publish("middle", ["--lines", "-"]), {}, lines("middle", texts));
  expect(last.stderr).toContain("1500 published, 1500 confirmed as stored");
  expect(last.code).toBe(0);
  await vi.waitFor(() => expect(inbox().length).toBeGreaterThanOrEqual(texts.length), within);
  expect(inbox()).toEqual(texts);
});

it("tells what will never be delivered, which keeps it from nothing else", async () => {
  const inbox = await inboxOf("refused");
  const input = lines("refused", ["no json", '{"n":1}']);
  const { code, stderr } = await sentinel(publish("refused", ["--lines", "-"]), {}, input);
  expect(stderr).toContain(
    "line 1: alert 0 for refused will never be delivered: payload-not-json\n",
  );
  expect(stderr).toContain("2 published, 1 confirmed as stored, 1 refused, 0 lines invalid\n");
  expect(code).toBe(1);
  await vi.waitFor(() => expect(inbox()).toEqual(['{"n":1}']), within);
});
