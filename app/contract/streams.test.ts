import { expect, it } from "vitest";
import { defaultScale } from "./stream-definition.ts";
import { mirrorDefinitions, streamDefinitions } from "./streams.ts";

const streams = new Map(streamDefinitions(defaultScale).map((stream) => [stream.name, stream]));

it("keeps three copies of everything", () => {
  for (const stream of streams.values()) expect(stream.num_replicas).toBe(3);
});

it("lets a full INGRESS push back instead of dropping", () => {
  expect(streams.get("INGRESS")).toMatchObject({ discard: "new", max_age: 0 });
});

it("keeps alerts for 72 hours", () => {
  expect(streams.get("MQTT_ALERTS")?.max_age).toBe(72 * 3600 * 1e9);
});

it("lets nobody delete or purge the audit", () => {
  expect(streams.get("AUDIT")).toMatchObject({ deny_delete: true, deny_purge: true });
});

it("captures each subject in one stream only", () => {
  const subjects = [...streams.values()].flatMap((stream) => stream.subjects);
  expect(new Set(subjects).size).toBe(subjects.length);
});

it("mirrors a peer's streams under their names, and republishes and keeps them as long", () => {
  const mirrors = mirrorDefinitions(defaultScale, { reader: "us-east", origin: "eu-west" });
  const api = "$JS.eu-west.API";
  expect(mirrors.map(({ mirror }) => mirror)).toEqual([
    { name: "MQTT_ALERTS", external: { api, deliver: "mirrored.us-east" } },
    {
      name: "REGISTRY_CHANGES",
      external: { api, deliver: "" },
      consumer: { name: "mirror-us-east", deliver_subject: "mirrored.us-east.changes" },
    },
    {
      name: "LOGINS",
      external: { api, deliver: "" },
      consumer: { name: "mirror-us-east", deliver_subject: "mirrored.us-east.logins" },
    },
  ]);
  for (const mirror of mirrors) {
    const original = streams.get(mirror.name);
    for (const field of ["name", "republish", "max_age", "num_replicas", "storage"] as const) {
      expect(mirror[field]).toEqual(original?.[field]);
    }
    expect(mirror).not.toHaveProperty("subjects");
  }
});

it.each([
  "REGISTRY_CHANGES",
  "LOGINS",
] as const)("keeps what %s tells for longer than a session that it ends can last", (name) => {
  const longestSessionHours = 12 * 1.1;
  expect(streams.get(name)?.max_age).toBeGreaterThan(longestSessionHours * 3600 * 1e9);
});
