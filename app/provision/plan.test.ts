import { describe, expect, it } from "vitest";
import { defaultScale, type StreamDefinition } from "../contract/stream-definition.ts";
import { mirrorDefinitions, streamDefinitions } from "../contract/streams.ts";
import { origins } from "../contract/subjects.ts";
import { planStream } from "./plan.ts";

/** A stream as the server tells of it, with something in it. */
const stored = (config: object, bytes = 10_000_000_000) => ({ config, bytes });

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
  expect(planStream(alerts, stored({ ...alerts, compression: "none" })).kind).toBe("unchanged");
});

describe("updates", () => {
  it.each([
    { max_age: alerts.max_age / 2 },
    { description: "old" },
    { num_replicas: 1 },
    { subjects: [] },
    { discard: "old", max_bytes: 10 },
    { republish: { src: "clients.*.alerts", dest: "deliver.{{wildcard(1)}}.alerts" } },
  ])("when the stream had %j", (had) => {
    expect(planStream(alerts, stored({ ...alerts, ...had })).kind).toBe("update");
  });

  it("lowers the limit of a stream that refuses when full, because that deletes nothing", () => {
    const ingress = definition("INGRESS");
    const step = planStream(ingress, stored({ ...ingress, max_bytes: ingress.max_bytes * 2 }));
    expect(step.kind).toBe("update");
  });
});

describe("a bound in bytes", () => {
  const unbounded = { ...alerts, max_bytes: -1 };

  it("is given to a stream that holds less, because that deletes nothing", () => {
    expect(planStream(alerts, stored(unbounded, alerts.max_bytes)).kind).toBe("update");
    expect(planStream(alerts, stored(unbounded, alerts.max_bytes + 1)).kind).toBe("refuse");
  });
});

it("each origin is stored by one stream", () => {
  const subjectsOf = (name: string) => definition(name).subjects;
  const taken = [...subjectsOf("INGRESS"), ...subjectsOf("REPORT_INGRESS")];
  expect(taken).toEqual(origins.map((origin) => `ingress.${origin}.*`));
});

describe("a mirror", () => {
  const [mirror] = mirrorDefinitions(defaultScale, { reader: "us-east", origin: "eu-west" });
  if (!mirror) throw new Error("nothing is mirrored");

  it("is left alone when it is right", () => {
    expect(planStream(mirror, stored({ ...mirror, sealed: false })).kind).toBe("unchanged");
  });

  it("is left alone wherever it began", () => {
    const began = { ...mirror.mirror, opt_start_time: "2026-11-27T10:00:00Z" };
    expect(planStream(mirror, stored({ ...mirror, mirror: began })).kind).toBe("unchanged");
  });

  it("is not turned into one of another region", () => {
    const other = {
      ...mirror,
      mirror: { ...mirror.mirror, external: { api: "$JS.ap-south.API", deliver: "" } },
    } as const;
    expect(planStream(other, stored({ ...mirror }))).toMatchObject({
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
    [{ max_bytes: -1 }, "max_bytes"],
  ])("when the stream had %j", (had, field) => {
    const step = planStream(alerts, stored({ ...alerts, ...had }));
    expect(step).toMatchObject({ kind: "refuse", reasons: [expect.stringContaining(field)] });
  });

  it("when the log is split in another way than into a number of partitions", () => {
    const ingress = definition("INGRESS");
    const before = { src: "ingress.*.*", dest: "ingress.0.{{wildcard(1)}}.{{wildcard(2)}}" };
    expect(planStream(ingress, stored({ ...ingress, subject_transform: before })).kind).toBe(
      "refuse",
    );
  });
});

describe("another number of partitions", () => {
  const ingress = definition("INGRESS");
  const before = {
    src: "ingress.*.*",
    dest: "ingress.{{partition(6,2)}}.{{wildcard(1)}}.{{wildcard(2)}}",
  };

  it("is a change that waits until the log is empty", () => {
    const step = planStream(ingress, stored({ ...ingress, subject_transform: before }));
    expect(step.kind).toBe("repartition");
  });

  it("goes on where it was broken off", () => {
    const closed = { ...ingress, subjects: ["closed.INGRESS"] };
    expect(planStream(ingress, stored({ ...closed, subject_transform: before })).kind).toBe(
      "repartition",
    );
    expect(planStream(ingress, stored(closed)).kind).toBe("update");
  });
});
