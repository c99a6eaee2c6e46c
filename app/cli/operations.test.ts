/** Of tail and doctor together, a little over the usual length: both need a whole region, which starts once. */
import { readFileSync } from "node:fs";
import { createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { dynamodbEnvironment, findPorts, type Region } from "../../test/support/local-region.ts";
import { connectAs } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { headers } from "../contract/headers.ts";
import { streamNames } from "../contract/stream-bounds.ts";
import { createMetrics } from "../shared/metrics.ts";
import { jetstream, messageHeaders, type NatsConnection } from "../shared/nats.ts";
import { serveOperations } from "../shared/operations-server.ts";
import { sentinel, startSentinel } from "./sentinel.fixture.ts";

let region: Region;
let inspector: NatsConnection;
let settings: Record<string, string>;
beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 3, edges: 1, syncInterval: "2m", ...none, console: true });
  inspector = await connectAs(region, "inspector");
  const { caFile } = region.certificates;
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEY_FILE: region.secrets.auditKeyFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
    ...dynamodbEnvironment(region.layout),
    UPSTREAM_URL: region.endpoints.upstreamUrl,
    UPSTREAM_CA_FILE: caFile,
    EDGE_URLS: region.endpoints.edgeUrls.join(","),
    EDGE_CA_FILE: caFile,
    API_URL: region.endpoints.apiUrl ?? "",
    API_CA_FILE: caFile,
  };
});
afterAll(async () => {
  await inspector?.close();
  await region?.stop();
});

let published = 0;
async function publish(subject: string, payload: string) {
  const messageHead = messageHeaders();
  messageHead.set(headers.messageId, `operations-${published++}`);
  await jetstream(inspector).publish(subject, payload, { headers: messageHead });
}

describe("sentinel tail", () => {
  it("shows what is stored from now on, of the named topics and client only", async () => {
    await publish("clients.tail-a.alerts", '{"id":"before"}');
    const tail = startSentinel(["tail", "alerts", "quarantine", "--client", "tail-a"], settings);
    await vi.waitFor(
      async () => {
        await publish("clients.tail-a.alerts", '{"id":"probe"}');
        expect(tail.said.stdout).toContain("probe");
      },
      { timeout: 60_000, interval: 200 },
    );
    await publish("clients.tail-b.alerts", '{"id":"other client"}');
    await publish("events.pattern.tail-a", '{"id":"other topic"}');
    await publish("quarantine.upstream.tail-a", '{"id":"held"}');
    await vi.waitFor(() => expect(tail.said.stdout).toContain("held"), { timeout: 60_000 });
    tail.child.kill("SIGINT");
    await tail.finished;

    expect(tail.said.stdout).not.toMatch(/before|other/);
    expect(tail.said.stdout).not.toContain("\u001b");
    expect(tail.said.stderr).toBe("");
  });

  it("goes back in time, speaks JSON, and ends quietly behind head", async () => {
    for (let i = 0; i < 5; i++) await publish("clients.tail-c.alerts", `{"n":${i}}`);
    const args = ["tail", "alerts", "--client", "tail-c", "--since", "1h", "--json"];
    const tail = startSentinel(args, settings);
    await vi.waitFor(() => expect(tail.said.stdout.trim().split("\n")).toHaveLength(5), {
      timeout: 60_000,
    });
    tail.child.stdout.destroy();
    await vi.waitFor(
      async () => {
        await publish("clients.tail-c.alerts", "{}");
        expect(tail.child.exitCode).toBe(0);
      },
      { timeout: 60_000, interval: 100 },
    );

    const numbers = tail.said.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).payload.n);
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
    expect(tail.said.stderr).toBe("");
  });

  it.each([
    ["NATS_SERVERS", "tls://127.0.0.1:1", "ECONNREFUSED"],
    ["OPERATOR_PASSWORD_FILE", "/absent", "cannot read /absent"],
    ["NATS_CA_FILE", "upstream key", ""],
  ])("says in one sentence why it cannot connect: %s", async (name, value, complaint) => {
    const wrong = value === "upstream key" ? region.certificates.upstream.certFile : value;

    const { code, stderr } = await sentinel(["tail"], { ...settings, [name]: wrong });

    expect(code).toBe(1);
    expect(stderr).toContain("no NATS server can be used");
    expect(stderr).toContain(complaint);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("says that the password is wrong", async () => {
    const wrong = region.secrets.passwordFile("bridge");

    const { code, stderr } = await sentinel(["tail"], {
      ...settings,
      OPERATOR_PASSWORD_FILE: wrong,
    });

    expect(code).toBe(1);
    expect(stderr).toContain(`it refuses user operator; check ${wrong}`);
    expect(stderr).not.toContain(readFileSync(wrong, "utf8"));
  });
});

describe("sentinel doctor", () => {
  const serve = (notReady: string | undefined) =>
    serveOperations({
      host: "127.0.0.1",
      port: 0,
      metrics: createMetrics("test", "test"),
      notReady: () => notReady,
    });

  it("finds nothing wrong with a region that works", async () => {
    const ready = await serve(undefined);
    const urls = `auth-1=http://127.0.0.1:${ready.port}`;

    const { code, stdout } = await sentinel(["doctor"], { ...settings, PROCESS_URLS: urls });

    await ready.close();
    expect(stdout).not.toContain("FAIL");
    expect(code).toBe(0);
    expect(stdout.match(/^ok .*NATS core .*logged in as operator$/gm)).toHaveLength(3);
    const all = `${streamNames.length} streams, all copies current`;
    expect(stdout).toMatch(new RegExp(`^ok .*JetStream streams +${all}$`, "m"));
    expect(stdout).toMatch(/^ok .*copies of streams +\d+ copies on 3 servers have the same/m);
    expect(stdout).toMatch(/^\d+ checks: \d+ ok, 0 skipped, 0 warning, 0 failed$/m);
    expect(stdout).toMatch(/^ok .*INGRESS lag +nothing waits$/m);
    expect(stdout).toMatch(/^ok .*upstream broker TLS +TLSv1.3, certificate ends in \d+ days$/m);
    expect(stdout).toMatch(/^ok .*edge .* TLS 1.3 +TLSv1.3/m);
    expect(stdout).toMatch(/^ok .*edge .* TLS 1.2 +refused$/m);
    expect(stdout).toMatch(/^ok .*API TLS 1.3 +TLSv1.3, certificate ends in \d+ days$/m);
    expect(stdout).toMatch(/^ok .*DynamoDB device table +sentinel-devices can be read$/m);
    expect(stdout).toMatch(/^ok .*auth-1 +ready$/m);
  });

  it("says what is wrong and what to do, and skips what is not configured", async () => {
    const unready = await serve("no partitions yet");
    const [dead] = await findPorts(1);
    const { EDGE_URLS: _, ...rest } = settings;
    const wrong = {
      ...rest,
      NATS_SERVERS: `${region.endpoints.natsServers[0]},tls://127.0.0.1:1`,
      DEVICE_TABLE: "absent",
      UPSTREAM_CA_FILE: region.certificates.edge.certFile,
      API_URL: `https://127.0.0.1:${dead}`,
      PROCESS_URLS: `inspector-1=http://127.0.0.1:${unready.port},bridge-1=http://127.0.0.1:${dead}`,
    };

    const { code, stdout } = await sentinel(["doctor"], wrong);

    await unready.close();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok .*NATS core 127/m);
    expect(stdout).toMatch(/^FAIL .*NATS core 127.0.0.1:1 .*ECONNREFUSED.* → see that/m);
    expect(stdout).toMatch(/^FAIL .*upstream broker TLS/m);
    expect(stdout).toMatch(/^FAIL .*API TLS 1.3 .*ECONNREFUSED.* → see that the console runs/m);
    expect(stdout).toMatch(/^FAIL .*table absent does not exist/m);
    expect(stdout).toMatch(/^FAIL .*inspector-1 +not ready: no partitions yet/m);
    expect(stdout).toMatch(/^FAIL .*bridge-1 .*does not answer: ECONNREFUSED/m);
    expect(stdout).toMatch(/^skip .*edge +EDGE_URLS is not set$/m);
  });

  it("says the same as JSON, each check by its name, and reads a stream through when it is told to", async () => {
    await publish("clients.read.alerts", "{}");
    const args = ["doctor", "--json", "--read", "MQTT_ALERTS"];
    const { code, stdout } = await sentinel(args, { ...settings, DEVICE_TABLE: "absent" });

    const lines = stdout.trim().split("\n");
    const said = lines.map((line) => JSON.parse(line));
    const { checks, ok, skipped, warning, failed } = said.pop();
    expect(code).toBe(1);
    expect(said).toHaveLength(checks);
    expect({ checks, warning, failed }).toEqual({
      checks: ok + skipped + 1,
      warning: 0,
      failed: 1,
    });
    const of = (check: string) => said.find((each) => each.check === check);
    expect(of("DynamoDB device table")).toMatchObject({
      result: "failed",
      text: "table absent does not exist",
      advice: expect.stringContaining("DEVICE_TABLE"),
    });
    expect(of("MQTT_ALERTS read through")).toMatchObject({ result: "ok" });
    const wrong = await sentinel(["doctor", "--read", "KV_partitions"], settings);
    expect(wrong.code).toBe(2);
  });

  it("exits with 3 when nothing failed and something is to be watched", async () => {
    const bridge = await connectAs(region, "bridge");
    await jetstream(bridge, { checkAPI: false }).publish("ingress.upstream.slow", "{}");
    await bridge.close();
    await vi.waitFor(
      async () => {
        const { code, stdout } = await sentinel(["doctor"], settings);
        expect(stdout).toMatch(
          /^WARN .*INGRESS lag .*1 messages, the oldest \d+ s old → see that/m,
        );
        expect(code).toBe(3);
      },
      { timeout: 60_000, interval: 2_000 },
    );
  }, 90_000);

  it("notices an edge that accepts TLS 1.2, and does not take a dead one for a strict one", async () => {
    const { certFile, keyFile } = region.certificates.edge;
    const lax = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    await new Promise<void>((resolve) => lax.listen(0, "127.0.0.1", resolve));
    const { port } = lax.address() as { port: number };
    const { EDGE_CA_FILE = "" } = settings;
    const EDGE_URLS = `mqtts://127.0.0.1:${port},mqtts://127.0.0.1:1`;

    const { code, stdout } = await sentinel(["doctor"], { EDGE_URLS, EDGE_CA_FILE });

    await new Promise((resolve) => lax.close(resolve));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL .*TLS 1.2 +it accepts TLSv1.2 → set min_version/m);
    expect(stdout).toMatch(/^FAIL .*127.0.0.1:1 TLS 1.2 +it could not be tried: .*ECONNREFUSED/m);
  });

  it("notices a stream that lost a copy", async () => {
    const core = region.process("core-3");
    core.kill("SIGKILL");
    await core.exited();

    await vi.waitFor(
      async () => {
        const { stdout } = await sentinel(["doctor"], settings);
        expect(stdout).toMatch(/^FAIL .*JetStream streams .*core-3.* not current/m);
      },
      { timeout: 60_000, interval: 500 },
    );
    await core.start();
  });

  it("has something to look at, or says so", async () => {
    const { code, stderr } = await sentinel(["doctor"], {});

    expect(code).toBe(1);
    expect(stderr).toContain("there is nothing to check");
  });
});
