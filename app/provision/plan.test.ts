import { describe, expect, it } from "vitest";
import {
  defaultScale,
  mirrorDefinitions,
  type StreamDefinition,
  streamDefinitions,
} from "../contract/streams.ts";
import { planStream } from "./plan.ts";

const definition = (name: string): StreamDefinition => {
  const found = streamDefinitions(defaultScale).find((stream) => stream.name === name);
  if (!found) throw new Error(name);
  return found;
};
const alerts = definition("MQTT_ALERTS");

it("creates what is missing", () => {
  expect(planStream(alerts, undefined)).toEqual({ kind: "create", stream: "MQTT_ALERTS" });
});

it("leaves alone what is right, with fields that the server adds", () => {
  expect(planStream(alerts, { ...alerts, compression: "none" }).kind).toBe("unchanged");
});

describe("updates", () => {
  it.each([
    { max_age: alerts.max_age / 2 },
    { description: "old" },
    { num_replicas: 1 },
    { subjects: [] },
    { discard: "old", max_bytes: 10 },
  ])("when the stream had %j", (had) => {
    expect(planStream(alerts, { ...alerts, ...had }).kind).toBe("update");
  });

  it("lowers the limit of a stream that refuses when full, because that deletes nothing", () => {
    const ingress = definition("INGRESS");
    const step = planStream(ingress, { ...ingress, max_bytes: ingress.max_bytes * 2 });
    expect(step.kind).toBe("update");
  });
});

describe("a mirror", () => {
  const [mirror] = mirrorDefinitions(defaultScale, "eu-west");
  if (!mirror) throw new Error("nothing is mirrored");

  it("is left alone when it is right", () => {
    expect(planStream(mirror, { ...mirror, sealed: false }).kind).toBe("unchanged");
  });

  it("is not turned into one of another region", () => {
    const other = {
      ...mirror,
      mirror: { ...mirror.mirror, external: { api: "$JS.ap-south.API", deliver: "" } },
    } as const;
    expect(planStream(other, { ...mirror })).toMatchObject({
      kind: "refuse",
      reasons: [expect.stringContaining("mirror")],
    });
  });
});

describe("refuses what would lose messages or a guarantee", () => {
  it.each([
    [{ max_age: alerts.max_age * 2 }, "max_age"],
    [{ max_age: 0 }, "max_age"],
    [{ storage: "memory" }, "storage"],
    [{ subjects: ["clients.*.alerts", "more"] }, "subjects"],
    [{ num_replicas: 5 }, "num_replicas"],
    [{ discard: "new" }, "discard"],
  ])("when the stream had %j", (had, field) => {
    const step = planStream(alerts, { ...alerts, ...had });
    expect(step).toMatchObject({ kind: "refuse", reasons: [expect.stringContaining(field)] });
  });

  it("when the number of partitions changes", () => {
    const ingress = definition("INGRESS");
    const before = {
      src: "ingress.*.*",
      dest: "ingress.{{partition(6,2)}}.{{wildcard(1)}}.{{wildcard(2)}}",
    };
    expect(planStream(ingress, { ...ingress, subject_transform: before }).kind).toBe("refuse");
  });
});
