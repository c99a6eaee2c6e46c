import { beforeAll, describe, expect, it } from "vitest";
import { OidcSchema } from "../../app/contract/oidc.ts";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { objectNamed } from "../platform/objects.fixture.ts";
import { bundled, environmentIn, makeWorkloads, podIn } from "./workloads.fixture.ts";

let engine: FakeEngine;
beforeAll(async () => {
  engine = await makeWorkloads();
});
const podOf = (name: string, of = engine) => podIn(of, name);
const environmentOf = (name: string, of = engine) => environmentIn(of, name);

describe("bridge", () => {
  it("takes from our broker with the password that was made for it", () => {
    expect(environmentOf("bridge")).toMatchObject({
      UPSTREAM_URL: "mqtts://mosquitto.sentinel.svc.cluster.local:8885",
      UPSTREAM_CA_FILE: "/trust/internal/ca.crt",
      UPSTREAM_USERNAME: "bridge",
      UPSTREAM_PASSWORD_FILE: "/secrets/upstream/password",
      UPSTREAM_WATCHER_PASSWORD_FILE: "/secrets/upstream/watcher-password",
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
    const of = await makeWorkloads(external);
    expect(environmentOf("bridge", of)).toMatchObject({
      UPSTREAM_URL: external.url,
      UPSTREAM_CA_FILE: "/etc/ssl/certs/ca-certificates.crt",
      UPSTREAM_USERNAME: "sentinel",
    });
  });

  it("believes the other broker's own authority when it has one", async () => {
    const of = await makeWorkloads({ ...external, caCertificate: "a certificate" });
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

describe("aggregator", () => {
  it("is two, says where its incidents are from, and remembers as much as is planned", () => {
    expect(environmentOf("aggregator")).toMatchObject({
      ...{ REGION: "eu-west", GROUP_LIMIT: "100000" },
      ...{ BAR_RISK: "150", RISK_HALF_LIFE_SECONDS: "1800" },
      RECEIVERS_FILE: "/secrets/own/receivers.json",
    });
    expect(objectNamed(engine, "StatefulSet", "aggregator").spec.replicas).toBe(2);
  });
});

describe("meter", () => {
  it("remembers as many devices as are planned", () => {
    expect(environmentOf("meter")["METERED_DEVICES"]).toBe("2000000");
    expect(objectNamed(engine, "StatefulSet", "meter").spec.replicas).toBe(2);
  });
});

describe("delivery", () => {
  it("looks at what both other regions took in, and lets as many devices wait as are planned", () => {
    expect(environmentOf("delivery")).toMatchObject({
      PEERS: "us-east,ap-south",
      WAITING_DEVICES: "150000",
    });
    expect(objectNamed(engine, "StatefulSet", "delivery").spec.replicas).toBe(2);
  });
});

describe("inspector", () => {
  it("remembers as many clients as are planned", () => {
    expect(environmentOf("inspector")["ANOMALY_CLIENTS"]).toBe("1500000");
    expect(objectNamed(engine, "StatefulSet", "inspector").spec.replicas).toBe(4);
  });

  it("asks publishers for signatures as the stack says, and devices for none", () => {
    expect(environmentOf("inspector")).toMatchObject({ SIGNATURES: "require", REGION: "eu-west" });
    expect(environmentOf("report-inspector")).not.toHaveProperty("SIGNATURES");
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

describe("auth", () => {
  it("reads its region's replica of the device table", () => {
    expect(environmentOf("auth")).toMatchObject({
      AWS_REGION: "eu-west-1",
      DEVICE_TABLE: "devices",
      CACHE_DEVICES: "400000",
      ...{ REGION: "eu-west", ENFORCEMENT_MODE: "enforce" },
      ...{ BAR_SECONDS: "3600", BARS_PER_HOUR: "20", BARS_AT_ONCE: "100" },
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

  it("has room for its index of devices, which goes with the pod, and may write nowhere else", () => {
    const folder = environmentOf("console")["DEVICE_INDEX_FOLDER"];
    const { containers, volumes } = podOf("console");
    const writable = containers[0].volumeMounts.filter(
      (mount: { readonly readOnly?: boolean }) => !mount.readOnly,
    );
    expect(writable).toEqual([{ name: "index", mountPath: folder }]);
    expect(volumes).toContainEqual({ name: "index", emptyDir: { sizeLimit: "1024Mi" } });
    expect(Number(environmentOf("console")["DEVICE_INDEX_MEBIBYTES"])).toBeLessThan(1_024);
  });

  it("asks every process for its figures that tells some, by a name that leads to all of its pods", () => {
    const sources = String(environmentOf("console")["METRICS_SOURCES"]).split(",");
    expect(sources.map((source) => source.replace(/=.*/, "")).sort()).toEqual([
      ...["aggregator", "archive", "auth", "bridge", "console", "delivery", "inspector", "mender"],
      ...["meter", "report-gate", "report-inspector"],
    ]);
    expect(sources).toContain("report-gate=http://nats-edge.sentinel.svc.cluster.local:8080");
  });

  it("is told of an identity provider when there is one, and the client's secret by a file alone", async () => {
    const oidc = OidcSchema.parse({
      ...{ name: "Example SSO", issuer: "https://id.example.com", clientId: "sentinel" },
      ...{ roleClaim: "groups", roles: { viewer: ["analysts"] } },
    });
    const of = await makeWorkloads(bundled, { oidc, oidcSecret: "console-oidc" });
    const open = await makeWorkloads(bundled, { oidc });

    const { OIDC, OIDC_CLIENT_SECRET_FILE } = environmentOf("console", of);
    expect(OidcSchema.parse(JSON.parse(String(OIDC)))).toEqual(oidc);
    expect(OIDC_CLIENT_SECRET_FILE).toBe("/secrets/oidc/client-secret");
    const mounted = { name: "secrets-oidc", mountPath: "/secrets/oidc", readOnly: true };
    expect(podOf("console", of).containers[0].volumeMounts).toContainEqual(mounted);
    expect(environmentOf("console", open)["OIDC_CLIENT_SECRET_FILE"]).toBeUndefined();
    for (const name of ["OIDC", "OIDC_CLIENT_SECRET_FILE"]) {
      expect(environmentOf("console")).not.toHaveProperty(name);
    }
  });

  it("is reached inside the cluster alone", () => {
    const { spec } = objectNamed(engine, "Service", "console-api");
    expect(spec.ports).toEqual([{ name: "api", port: 443, targetPort: 8443 }]);
    expect(spec).not.toHaveProperty("type");
    expect(spec).not.toHaveProperty("externalIPs");
  });
});
