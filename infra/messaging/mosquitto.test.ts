import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { ensureCertificates, findPorts } from "../../test/support/local-region.ts";
import { namespace, objectNamed, objectsOf, plan } from "../platform/objects.fixture.ts";
import { Mosquitto } from "./mosquitto.ts";

const args = {
  namespace,
  plan,
  image: "eclipse-mosquitto:2.0.22",
  storageClassName: "gp3",
  certificateSecret: "mosquitto-tls",
  publishersTargetGroupArn:
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/publishers/1",
};

let engine: FakeEngine;
beforeAll(async () => {
  engine = await objectsOf(() => new Mosquitto("upstream", args));
});
const specOf = () => objectNamed(engine, "StatefulSet", "mosquitto").spec;
const podOf = () => specOf().template.spec;
const passwordOf = (user: string): string =>
  objectNamed(engine, "Secret", `upstream-${user}`).stringData.password;

describe("the broker of its ConfigMap and Secret", () => {
  const root = mkdtempSync(join(tmpdir(), "sentinel-mosquitto-"));
  let broker: ChildProcess | undefined;
  let port: number;
  let bridges: number;
  let ca: Buffer;

  beforeAll(async () => {
    [port = 0, bridges = 0] = await findPorts(2);
    const certificates = await ensureCertificates(join(root, "made"));
    ca = readFileSync(certificates.caFile);
    for (const folder of ["etc/mosquitto", "tls", "data", "run/mosquitto"]) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    copyFileSync(certificates.upstream.certFile, join(root, "tls/tls.crt"));
    copyFileSync(certificates.upstream.keyFile, join(root, "tls/tls.key"));
    const { data } = objectNamed(engine, "ConfigMap", "mosquitto");
    const { stringData } = objectNamed(engine, "Secret", "mosquitto-passwords");
    for (const [name, text] of Object.entries<string>({ ...data, ...stringData })) {
      writeFileSync(join(root, "etc/mosquitto", name), text, { mode: 0o600 });
    }
    const file = join(root, "etc/mosquitto/mosquitto.conf");
    const here = data["mosquitto.conf"]
      .replaceAll(/ (\/(?:etc|tls|data|run)\/)/g, ` ${root}$1`)
      .replace("listener 8883 0.0.0.0", `user root\nlistener ${port} 127.0.0.1`)
      .replace("listener 8885 0.0.0.0", `listener ${bridges} 127.0.0.1`);
    writeFileSync(file, here);
    const PATH = `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin`;
    broker = spawn("mosquitto", ["-c", file], { stdio: "ignore", env: { PATH } });
  });
  afterAll(async () => {
    broker?.kill("SIGTERM");
    if (broker && broker.exitCode === null) await once(broker, "exit");
    rmSync(root, { recursive: true, force: true });
  });

  async function login(username: string, password: string) {
    const account = { username, password, reconnectPeriod: 0 };
    const options = { ca, protocolVersion: 5, ...account } as const;
    return connectAsync(`mqtts://127.0.0.1:${port}`, options, false);
  }

  it.each(["bridge", "publisher"])("knows the password that %s is given", async (user) => {
    const client = await vi.waitFor(() => login(user, passwordOf(user)), {
      timeout: 60_000,
      interval: 100,
    });
    expect(client.connected).toBe(true);
    await client.endAsync(true);
  });

  it("turns away who has the other's", async () => {
    await expect(login("bridge", passwordOf("publisher"))).rejects.toThrow(/Not authorized/i);
  });
});

it("keeps what it has not delivered on a volume of its own", () => {
  expect(objectNamed(engine, "PersistentVolumeClaim", "data-mosquitto-0").spec).toMatchObject({
    storageClassName: "gp3",
    resources: { requests: { storage: "50Gi" } },
  });
  expect(specOf().replicas).toBe(1);
  expect(podOf().containers[0].volumeMounts).toContainEqual({ name: "data", mountPath: "/data" });
});

it("stays where it is while its node is only too empty", () => {
  expect(specOf().template.metadata.annotations).toHaveProperty(
    ["karpenter.sh/do-not-disrupt"],
    "true",
  );
});

it("may be moved to another node", () => {
  expect(objectNamed(engine, "PodDisruptionBudget", "mosquitto").spec.maxUnavailable).toBe(1);
});

it("restarts when its configuration does, or the rights of its users, which it reads once", () => {
  const { data } = objectNamed(engine, "ConfigMap", "mosquitto");
  const hash = createHash("sha256").update(data["mosquitto.conf"]).update(data.acl);
  expect(specOf().template.metadata.annotations["sentinel/configuration"]).toBe(
    hash.digest("hex").slice(0, 16),
  );
});

it("is where publishers come in and the bridge too", () => {
  expect(objectNamed(engine, "TargetGroupBinding", "mosquitto").spec).toEqual({
    targetGroupARN: args.publishersTargetGroupArn,
    targetType: "ip",
    serviceRef: { name: "mosquitto", port: 8883 },
  });
});

it("writes no password into its own Secret, only hashes", () => {
  const { passwords } = objectNamed(engine, "Secret", "mosquitto-passwords").stringData;
  expect(passwords).toMatch(
    /^publisher:\$7\$101\$\S+\nbridge:\$7\$101\$\S+\nwatcher:\$7\$101\$\S+\n$/,
  );
  expect(passwords).not.toContain(passwordOf("bridge"));
});
