/** `sentinel publish` without a broker: called wrongly, wrong lines, and what it keeps. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { sentinel, startSentinel } from "../sentinel.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "sentinel-publish-"));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return join(folder, name);
};
const settings = {
  // Nobody listens there.
  UPSTREAM_URL: "mqtts://127.0.0.1:1",
  UPSTREAM_CA_FILE: file("ca.pem", ""),
  PUBLISHER_PASSWORD_FILE: file("password", "secret"),
  XDG_STATE_HOME: join(folder, "state"),
};
const soon = ["--timeout", "1s"];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  [["pump-7"], "name a client and a payload, or lines by --lines"],
  [["pump-7", "{}", "--lines", "-"], "name a client and a payload, or lines by --lines"],
  [["pump-7", "{}", "--id", "two words"], "An alert's id is 1 to 128 printable ASCII"],
  [["pump-7", "{}", "--sign-key", "key.pem"], "name --sign-key, --key-id and --region together"],
  [
    ["pump-7", "{}", "--sign-key", "key.pem", "--key-id", "a"],
    "name --sign-key, --key-id and --region together",
  ],
  [["pump-7", "{}", "--region", "EU west"], "A region's name is 1 to 40 of"],
  [["pump-7", "{}", "--sign-key", "key.pem", "--key-id", "a b"], "A key's id is 1 to 64 of"],
])("says what it wants when it is called with %j", async (args, complaint) => {
  const { code, stderr } = await sentinel(["publish", ...args], settings);
  expect(stderr).toContain(complaint);
  expect(code).toBe(2);
});

it("names the settings that are missing", async () => {
  const { code, stderr } = await sentinel(["publish", "pump-7", "{}"], {});
  expect(stderr).toMatch(/UPSTREAM_URL is not set.*PUBLISHER_PASSWORD_FILE is not set/);
  expect(code).toBe(1);
});

it("signs with no key that others could read", async () => {
  const key = join(folder, "key.pem");
  writeFileSync(key, "", { mode: 0o644 });
  const by = ["--sign-key", key, "--key-id", "desk-1", "--region", "local"];
  const args = ["publish", "pump-7", "{}", ...by];
  const { code, stderr } = await sentinel(args, settings);
  expect(stderr).toContain("key.pem must be its owner's alone (mode 600), got 644");
  expect(code).toBe(1);
});

it("keeps what it could not deliver where it says, and fails only when it was to be confirmed", async () => {
  const kept = await sentinel(["publish", "pump-7", "{}", ...soon], settings);
  expect(kept.stderr).toMatch(
    /1 published, 0 confirmed as stored\n1 are not confirmed(: no connection to the broker: .*)?; they are kept in \S+127\.0\.0\.1_1, and the next sentinel publish sends them again/,
  );
  expect(kept.code).toBe(0);
  const again = await sentinel(["publish", "pump-7", "{}", "--confirm", ...soon], settings);
  expect(again.stderr).toMatch(
    /^1 alerts of earlier runs are sent first\n(.*\n)*2 are not confirmed/,
  );
  expect(again.code).toBe(1);
});

it("tells of lines that are none, and publishes the others", async () => {
  const journal = ["--journal", join(folder, "lines")];
  const input = '{"client":"pump-7","payload":{}}\nno json\n{"client":"pump-7","payload":{}}\n';
  const args = ["publish", "--lines", file("alerts.jsonl", input), ...journal, ...soon];
  const { code, stderr } = await sentinel(args, settings);
  expect(stderr).toContain("line 2 is no JSON\n");
  expect(stderr).toContain("2 published, 0 confirmed as stored, 0 refused, 1 lines invalid\n");
  expect(code).toBe(1);
});

it("says so when there are no such lines", async () => {
  const journal = ["--journal", join(folder, "missing")];
  const args = ["publish", "--lines", join(folder, "none.jsonl"), ...journal, ...soon];
  const { code, stderr } = await sentinel(args, settings);
  expect(stderr).toMatch(/ENOENT.*none\.jsonl/);
  expect(code).toBe(1);
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("stops reading at %s, and says what it keeps", async (signal, exitCode) => {
  const journal = join(folder, signal);
  const args = ["publish", "--lines", "-", "--confirm", "--journal", journal];
  const { child, said, finished } = startSentinel(args, settings);
  child.stdin.write('{"client":"pump-7","payload":{}}\n{"client":"pump-7","pay');
  await vi.waitFor(() => expect(said.stderr).toContain("1 published"), { timeout: 30_000 });
  child.kill(signal);
  const { code, stderr } = await finished;
  expect(stderr).toContain("1 published, 0 confirmed as stored\n1 are not confirmed");
  expect(stderr).not.toContain("invalid");
  expect(code).toBe(exitCode);
});

it("stops waiting for confirmations at a signal, and ends at once at a second", async () => {
  const args = ["publish", "pump-7", "{}", "--confirm", "--journal", join(folder, "second")];
  const { child, said, finished } = startSentinel(args, settings);
  await vi.waitFor(() => expect(said.stderr).toContain("1 published"), { timeout: 30_000 });
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGINT");
  const { code, stderr } = await finished;
  expect(stderr).not.toContain("are not confirmed");
  expect([code, child.signalCode]).toEqual([null, "SIGINT"]);
});
