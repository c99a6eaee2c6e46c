import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine, settled } from "../../test/support/fake-engine.ts";
import { PublicNames } from "./public-names.ts";

const targets = {
  "mqtt.example.com": { dnsName: "a1.awsglobalaccelerator.com", zoneId: "Z2BJ6XQ5FK7U4H" },
  "alerts.us-east.example.com": { dnsName: "p1.elb.us-east-1.amazonaws.com", zoneId: "Z26RNL" },
};

it("makes an alias for each name in the zone that it is given", async () => {
  const engine = await fakeEngine();
  const names = new PublicNames("public", { hostedZoneId: "Z0123", targets });
  await allRegistered();

  const records = engine.of("aws:route53/record:Record").map(({ inputs }) => inputs);
  expect(records).toMatchObject([
    {
      zoneId: "Z0123",
      name: "mqtt.example.com",
      type: "A",
      aliases: [{ name: "a1.awsglobalaccelerator.com", zoneId: "Z2BJ6XQ5FK7U4H" }],
    },
    {
      zoneId: "Z0123",
      name: "alerts.us-east.example.com",
      aliases: [{ name: "p1.elb.us-east-1.amazonaws.com", zoneId: "Z26RNL" }],
    },
  ]);
  expect(await settled(names.toCreate)).toEqual([]);
});

it("makes none without a zone and says which records are missing", async () => {
  const engine = await fakeEngine();
  const names = new PublicNames("public", { targets });
  await allRegistered();

  expect(engine.of("aws:route53/record:Record")).toEqual([]);
  expect(await settled(names.toCreate)).toEqual([
    "mqtt.example.com CNAME a1.awsglobalaccelerator.com",
    "alerts.us-east.example.com CNAME p1.elb.us-east-1.amazonaws.com",
  ]);
});
