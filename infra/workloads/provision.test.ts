import { beforeAll, describe, expect, it } from "vitest";
import { storeAccounts } from "../../app/contract/stores.ts";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { namespace, objectNamed, objectsOf, plan } from "../platform/objects.fixture.ts";
import { Provision, type ProvisionArgs } from "./provision.ts";

const args: ProvisionArgs = {
  namespace,
  plan,
  region: "us-east",
  image: "example.com/provision:1.0.0",
  secretName: "provision-secrets",
  trustConfigMap: "internal-ca",
  coreReplicas: 3,
};
const make = (more: Partial<ProvisionArgs> = {}) =>
  objectsOf(() => new Provision("provision", { ...args, ...more }));
const jobOf = (engine: FakeEngine) => engine.only("kubernetes:batch/v1:Job").inputs;
const nameOf = (engine: FakeEngine): string => jobOf(engine).metadata.name;
const environmentOf = (engine: FakeEngine): Record<string, string> =>
  Object.fromEntries(
    jobOf(engine).spec.template.spec.containers[0].env.map(
      (each: { name: string; value: string }) => [each.name, each.value],
    ),
  );

let engine: FakeEngine;
beforeAll(async () => {
  engine = await make();
});

describe("its Job", () => {
  it("has the same name as long as there is nothing new to do", async () => {
    expect(nameOf(engine)).toMatch(/^provision-[0-9a-f]{10}$/);
    expect(nameOf(await make())).toBe(nameOf(engine));
  });

  it.each([
    ["a retention", { plan: { streams: { ...plan.streams, alertRetentionHours: 72 } } }],
    ["an image", { image: "example.com/provision:1.0.1" }],
  ])("has another name with %s that is another", async (_, more) => {
    expect(nameOf(await make(more))).not.toBe(nameOf(engine));
  });

  it("is not kept from being found by the next preview", () => {
    expect(jobOf(engine).spec).not.toHaveProperty("ttlSecondsAfterFinished");
  });

  it("is not tried again with an environment that is wrong", () => {
    expect(jobOf(engine).spec.podFailurePolicy.rules[0]).toEqual({
      action: "FailJob",
      onExitCodes: { operator: "In", values: [2] },
    });
  });
});

describe("what it is told", () => {
  it("is the plan's streams and where the other regions' passwords are", () => {
    expect(environmentOf(engine)).toMatchObject({
      STREAM_REPLICAS: "3",
      STREAM_MAX_BYTES: expect.stringContaining(`INGRESS=${8 * 1024 ** 3},REPORT_INGRESS=`),
      ALERT_RETENTION_HOURS: "48",
      ACCOUNT_PASSWORD_FILES: storeAccounts
        .map(
          (account) =>
            `${account}=/secrets/own/password-${account.toLowerCase().replaceAll("_", "-")}`,
        )
        .join(","),
      PEER_PASSWORD_FILES:
        "eu-west=/secrets/own/password-from-eu-west,ap-south=/secrets/own/password-from-ap-south",
    });
  });
});

describe("the definitions", () => {
  const streamOf = (of: FakeEngine, name: string) =>
    JSON.parse(objectNamed(of, "ConfigMap", "streams").data[name]);

  it("are one text for each stream, and for each mirror of another region", () => {
    const names = Object.keys(objectNamed(engine, "ConfigMap", "streams").data);
    expect(names).toContain("INGRESS.json");
    expect(names.filter((name) => name.includes("from"))).toEqual([
      "LOGINS.from-ap-south.json",
      "LOGINS.from-eu-west.json",
      "MQTT_ALERTS.from-ap-south.json",
      "MQTT_ALERTS.from-eu-west.json",
      "REGISTRY_CHANGES.from-ap-south.json",
      "REGISTRY_CHANGES.from-eu-west.json",
    ]);
  });

  it("show a changed retention where it is", async () => {
    const hour = 3600 * 1_000_000_000;
    expect(streamOf(engine, "MQTT_ALERTS.json").max_age).toBe(48 * hour);
    const other = await make({ plan: { streams: { ...plan.streams, alertRetentionHours: 72 } } });
    expect(streamOf(other, "MQTT_ALERTS.json").max_age).toBe(72 * hour);
    expect(streamOf(other, "INGRESS.json")).toEqual(streamOf(engine, "INGRESS.json"));
  });
});
