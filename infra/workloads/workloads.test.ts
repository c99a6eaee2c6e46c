import { beforeAll, describe, expect, it } from "vitest";
import { lanes } from "../../app/contract/lanes.ts";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { namespace, objectNamed, objectsOf, plan } from "../platform/objects.fixture.ts";
import { Archive } from "./archive.ts";
import { Auth } from "./auth.ts";
import { Bridge, type Upstream } from "./bridge.ts";
import { Console } from "./console.ts";
import { Inspector } from "./inspector.ts";
import { Meter } from "./meter.ts";

const common = {
  namespace,
  trustConfigMap: "internal-ca",
  coreReplicas: 3,
  plan,
};
const argsOf = (workload: string) => ({
  ...common,
  image: `example.com/${workload}@sha256:${"a".repeat(64)}`,
  secretName: `${workload}-secrets`,
});
const bundled: Upstream = { kind: "bundled", passwordSecret: "upstream-bridge" };
const make = (upstream: Upstream = bundled) =>
  objectsOf(() => {
    new Bridge("bridge", { ...argsOf("bridge"), upstream });
    new Meter("meter", argsOf("meter"));
    for (const lane of Object.values(lanes)) {
      new Inspector(lane.process, { ...argsOf(lane.process), lane });
    }
    const auth = { region: "eu-west", awsRegion: "eu-west-1", deviceTable: "devices" } as const;
    new Console("console", {
      ...argsOf("console"),
      ...{ tableRegion: "us-east-1", deviceTable: "devices", certificateSecret: "console-tls" },
    });
    new Archive("archive", {
      ...argsOf("archive"),
      ...{ region: "eu-west", bucketName: "audit-archive-1a2b", bucketRegion: "us-east-1" },
    });
    new Auth("auth", { ...argsOf("auth"), ...auth, deviceAuth: "certificate" });
  });

let engine: FakeEngine;
beforeAll(async () => {
  engine = await make();
});

const workloads = [
  { name: "bridge", kind: "StatefulSet" },
  { name: "meter", kind: "StatefulSet" },
  { name: "inspector", kind: "StatefulSet" },
  { name: "report-inspector", kind: "StatefulSet" },
  { name: "auth", kind: "Deployment" },
  { name: "console", kind: "Deployment" },
  { name: "archive", kind: "StatefulSet" },
];
const podOf = (name: string, of = engine) =>
  objectNamed(of, workloads.find((each) => each.name === name)?.kind ?? "", name).spec.template
    .spec;
const environmentOf = (name: string, of = engine): Record<string, string | undefined> =>
  Object.fromEntries(
    podOf(name, of).containers[0].env.map((each: { name: string; value?: string }) => [
      each.name,
      each.value,
    ]),
  );

describe.each(workloads)("$name", ({ name }) => {
  it("is stopped only after the time that its drain may take", () => {
    expect(podOf(name).terminationGracePeriodSeconds).toBeGreaterThan(25);
  });

  it("can do nothing but its work", () => {
    const pod = podOf(name);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: name,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(objectNamed(engine, "ServiceAccount", name).automountServiceAccountToken).toBe(false);
  });

  it("is asked whether it lives and whether it can work", () => {
    const [container] = podOf(name).containers;
    expect(container.livenessProbe.httpGet).toEqual({ path: "/livez", port: "metrics" });
    expect(container.readinessProbe.httpGet).toEqual({ path: "/readyz", port: "metrics" });
  });

  it("is called by its pod's name", () => {
    expect(podOf(name).containers[0].env).toContainEqual({
      name: "REPLICA",
      valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
    });
  });

  it("reads every secret from a file that is mounted, and has none in its environment", () => {
    const mounts = podOf(name).containers[0].volumeMounts.map(
      (mount: { mountPath: string }) => `${mount.mountPath}/`,
    );
    const holdsFiles = (key: string) => /_FILES?$/.test(key);
    const files = Object.entries(environmentOf(name))
      .filter(([key]) => holdsFiles(key))
      // Several files are told as region=file, comma separated.
      .flatMap(([, value = ""]) => value.split(",").map((each) => each.replace(/^[a-z-]+=/, "")));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      expect(mounts.some((mount: string) => file.startsWith(mount))).toBe(true);
    }
    const other = Object.keys(environmentOf(name)).filter((key) => !holdsFiles(key));
    expect(other.filter((key) => /PASSWORD|SEED|SECRET/.test(key))).toEqual([]);
  });

  it("is scraped at the port of that name, and taken away one pod at a time", () => {
    expect(objectNamed(engine, "Service", name).spec).toMatchObject({
      clusterIP: "None",
      ports: [{ name: "metrics", port: 8080 }],
    });
    expect(objectNamed(engine, "PodDisruptionBudget", name).spec.maxUnavailable).toBe(1);
  });

  it("keeps its heap below its memory", () => {
    const [{ args, resources }] = podOf(name).containers;
    expect(resources.limits).toEqual({ memory: "4096Mi" });
    expect(args).toContain("--max-old-space-size=2457");
  });
});

describe("bridge", () => {
  it("takes from our broker with the password that was made for it", () => {
    expect(environmentOf("bridge")).toMatchObject({
      UPSTREAM_URL: "mqtts://mosquitto.sentinel.svc.cluster.local:8885",
      UPSTREAM_CA_FILE: "/trust/internal/ca.crt",
      UPSTREAM_USERNAME: "bridge",
      UPSTREAM_PASSWORD_FILE: "/secrets/upstream/password",
      UPSTREAM_SESSION_KEY_FILE: "/secrets/own/upstream-session-key",
    });
    expect(objectNamed(engine, "StatefulSet", "bridge").spec.replicas).toBe(2);
  });

  const external = {
    kind: "external",
    url: "mqtts://broker.example.com:8884",
    username: "sentinel",
    passwordSecret: "broker-password",
  } as const;

  it("takes from another broker as the settings say, by the public authorities", async () => {
    const of = await make(external);
    expect(environmentOf("bridge", of)).toMatchObject({
      UPSTREAM_URL: external.url,
      UPSTREAM_CA_FILE: "/etc/ssl/certs/ca-certificates.crt",
      UPSTREAM_USERNAME: "sentinel",
    });
  });

  it("believes the other broker's own authority when it has one", async () => {
    const of = await make({ ...external, caCertificate: "a certificate" });
    expect(environmentOf("bridge", of)["UPSTREAM_CA_FILE"]).toBe("/trust/upstream/ca.crt");
    expect(objectNamed(of, "ConfigMap", "upstream-ca").data).toEqual({ "ca.crt": "a certificate" });
  });
});

describe("archive", () => {
  it("adds what is its region's to the bucket at home, by rights of its own", () => {
    expect(environmentOf("archive")).toMatchObject({
      ARCHIVE_REGION: "eu-west",
      ARCHIVE_BUCKET: "audit-archive-1a2b",
      AWS_REGION: "us-east-1",
      AUDIT_KEY_FILE: "/secrets/own/audit-key",
    });
    expect(podOf("archive").serviceAccountName).toBe("archive");
    expect(objectNamed(engine, "StatefulSet", "archive").spec.replicas).toBe(1);
  });
});

describe("meter", () => {
  it("remembers as many devices as are planned", () => {
    expect(environmentOf("meter")["METERED_DEVICES"]).toBe("2000000");
    expect(objectNamed(engine, "StatefulSet", "meter").spec.replicas).toBe(2);
  });
});

describe("inspector", () => {
  it("remembers as many clients as are planned", () => {
    expect(environmentOf("inspector")["ANOMALY_CLIENTS"]).toBe("1500000");
    expect(objectNamed(engine, "StatefulSet", "inspector").spec.replicas).toBe(4);
  });

  it("is another workload, of the same program, for what devices send", () => {
    expect(environmentOf("inspector")["LANE"]).toBe("alerts");
    expect(environmentOf("report-inspector")).toMatchObject({
      LANE: "reports",
      ANOMALY_CLIENTS: "1600000",
    });
    expect(objectNamed(engine, "StatefulSet", "report-inspector").spec.replicas).toBe(3);
  });
});

describe("a process with rights at AWS", () => {
  it.each(["auth", "console"])("%s asks for them itself, however early it starts", (name) => {
    expect(environmentOf(name)).toMatchObject({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
    });
    const { volumes } = podOf(name);
    expect(volumes).toContainEqual(
      expect.objectContaining({ name: "eks-pod-identity-token", projected: expect.anything() }),
    );
  });

  it("is no other", () => {
    expect(JSON.stringify([podOf("bridge"), podOf("inspector")])).not.toContain("pod-identity");
  });
});

describe("auth", () => {
  it("reads its region's replica of the device table", () => {
    expect(environmentOf("auth")).toMatchObject({
      AWS_REGION: "eu-west-1",
      DEVICE_TABLE: "devices",
      CACHE_DEVICES: "400000",
      CALLOUT_PASSWORD_FILE: "/secrets/own/callout-password",
      AUTH_ISSUER_SEED_FILE: "/secrets/own/issuer-seed",
      AUDIT_KEY_FILE: "/secrets/own/audit-key",
      AUDIT_KEYS_FILE: "/secrets/own/audit-keys.json",
    });
  });

  it("is scaled by the autoscaler alone, and never has fewer replicas than before", () => {
    const { spec } = objectNamed(engine, "Deployment", "auth");
    expect(spec).not.toHaveProperty("replicas");
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(objectNamed(engine, "HorizontalPodAutoscaler", "auth").spec).toMatchObject({
      minReplicas: 3,
      maxReplicas: 6,
    });
  });
});

describe("console", () => {
  it("changes the device table at home, with a certificate and tokens of its own", () => {
    expect(environmentOf("console")).toMatchObject({
      AWS_REGION: "us-east-1",
      DEVICE_TABLE: "devices",
      API_CERT_FILE: "/secrets/tls/tls.crt",
      API_KEY_FILE: "/secrets/tls/tls.key",
      API_TOKENS_FILE: "/secrets/own/api-tokens.json",
      AUDIT_KEY_FILE: "/secrets/own/audit-key",
      AUDIT_KEYS_FILE: "/secrets/own/audit-keys.json",
    });
    expect(objectNamed(engine, "Deployment", "console").spec.replicas).toBe(2);
  });

  it("is reached inside the cluster alone", () => {
    const { spec } = objectNamed(engine, "Service", "console-api");
    expect(spec.ports).toEqual([{ name: "api", port: 443, targetPort: 8443 }]);
    expect(spec).not.toHaveProperty("type");
    expect(spec).not.toHaveProperty("externalIPs");
  });
});
