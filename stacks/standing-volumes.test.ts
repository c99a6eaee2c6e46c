import { expect, it } from "vitest";
import { volumesIn } from "./standing-volumes.ts";

const claim = (name: string, storage: string) => ({
  type: "kubernetes:core/v1:PersistentVolumeClaim",
  outputs: { metadata: { name }, spec: { resources: { requests: { storage } } } },
});

it("knows the largest volume of each workload that stores", () => {
  const volumes = volumesIn({
    "urn:0": claim("data-nats-core-0", "610Gi"),
    "urn:1": claim("data-nats-core-1", "1200Gi"),
    "urn:2": claim("data-mosquitto-0", "10Gi"),
    "urn:3": { type: "kubernetes:core/v1:ConfigMap", outputs: {} },
  });
  expect(volumes).toEqual({ coreGiB: 1200, mosquittoGiB: 10 });
});

it("knows none of a stack that has not been made, or whose claims were not finished", () => {
  expect(volumesIn({})).toEqual({});
  const { type } = claim("", "");
  expect(volumesIn({ "urn:0": { type, outputs: {} } })).toEqual({});
});
