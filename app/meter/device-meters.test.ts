import { describe, expect, it } from "vitest";
import { connectionLimits } from "../contract/limits.ts";
import { mqttStreamDefinitions } from "../contract/mqtt-streams.ts";
import { useOfHeld, useOfReport, useOfSessionChange } from "./allowances.ts";
import { DeviceMeters } from "./device-meters.ts";
import { allowancesOf, readMeterEnvironment } from "./environment.ts";

const needed = {
  REPLICA: "meter-1",
  NATS_SERVERS: "tls://core:4222",
  NATS_PASSWORD_FILE: "/a",
  NATS_CA_FILE: "/b",
};
const allowances = allowancesOf(readMeterEnvironment(needed));
const metersFor = (devices = 100) => new DeviceMeters({ allowances, devices, seed: 1 });

/** Sends so many a second until something is exceeded. @returns what, and after how many seconds. */
function flood(perSecond: number, bytes: number, seconds: number) {
  const meters = metersFor();
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const atMs = (sent / perSecond) * 1000;
    const limit = meters.count("pump-7", useOfReport(bytes), atMs);
    if (limit) return { limit, seconds: atMs / 1000 };
  }
  return undefined;
}

describe("without being told", () => {
  it("lets a device send at its rate for ever, and what it has kept during an outage at once", () => {
    expect(flood(20, 200, 600)).toBeUndefined();
    const meters = metersFor();
    for (let i = 0; i < 600; i++) {
      expect(meters.count("pump-7", useOfReport(500), i * 10)).toBeUndefined();
    }
  });

  it.each([
    [1_500, 100, "messages"],
    [200, 60_000, "bytes"],
    [200, 64 * 1024, "bytes"],
    [100, 100, "messages"],
    // What each of a hundred gets through when they fill the way together.
    [5, 60_000, "bytes"],
  ])("finds %i reports a second of %i bytes within seconds", (perSecond, bytes, limit) => {
    const found = flood(perSecond, bytes, 60);
    expect(found?.limit).toBe(limit);
    expect(found?.seconds).toBeLessThan(perSecond >= 200 ? 4 : 10);
  });

  it("takes half as much at once of large reports as of small ones, as fast as the kernel lets it through", () => {
    for (const bytes of [8 * 1024, 60_000, 64 * 1024]) {
      const found = flood(Math.ceil(connectionLimits.bytesPerSecond / bytes), bytes, 60);
      expect(found?.limit).toBe("bytes");
      expect(found?.seconds).toBeLessThan(4);
    }
    const meters = metersFor();
    const atOnce = (bytes: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        meters.count(`kept-${bytes}`, useOfReport(bytes), i * 10),
      ).filter(Boolean);
    expect(atOnce(60_000, 4)).toEqual([]);
    const atTheSameMoment = (bytes: number, count: number) =>
      Array.from({ length: count }, () =>
        meters.count(`moment-${bytes}`, useOfReport(bytes), 0),
      ).filter(Boolean);
    expect(atTheSameMoment(65_000, 4)).toEqual([]);
    expect(atTheSameMoment(530, 600)).toEqual([]);
    expect(atTheSameMoment(540, 600)).not.toEqual([]);
    expect(atOnce(8_000, 60)).toEqual([]);
  });

  it("finds who stays below the limits of a second and fills the disk over the day", () => {
    const found = flood(2, 15_000, 86_400);
    expect(found?.limit).toBe("daily-bytes");
    expect(found?.seconds).toBeLessThan(3 * 3_600);
  });

  it("finds a device that subscribes in a loop, not one that connects every few seconds", () => {
    const meters = metersFor();
    for (let i = 0; i < 1_000; i++) {
      expect(meters.count("flapping", useOfSessionChange, i * 3_000)).toBeUndefined();
      expect(meters.count("flapping", useOfSessionChange, i * 3_000 + 10)).toBeUndefined();
    }
    const found = Array.from({ length: 100 }, (_, i) =>
      meters.count("looper", useOfSessionChange, 3_000_000 + i * 20),
    );
    expect(found.indexOf("session-changes")).toBe(30);
  });
});

it("lets no device hold back so much at QoS 2 that it fills what is held of all", () => {
  const held = mqttStreamDefinitions(3).find(({ name }) => name === "$MQTT_qos2in");
  const [bytes, heldSeconds] = [held?.max_bytes ?? 0, (held?.max_age ?? 0) / 1e9];
  const meters = metersFor();
  const each = 10_000;
  let taken = 0;
  // Whatever is not counted as too much, at more than any may send.
  for (let second = 0; second < heldSeconds; second++) {
    for (let n = 0; n < 20; n++) {
      if (meters.count("withholding", useOfHeld(each), second * 1000) === undefined) taken += each;
    }
  }
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(bytes / 3);
});

it("lets a device that was too much begin anew when it has been silent", () => {
  const meters = metersFor();
  const burst = (fromMs: number) =>
    Array.from({ length: 700 }, () => meters.count("pump-7", useOfReport(10), fromMs)).filter(
      Boolean,
    ).length;
  expect(burst(0)).toBe(100);
  expect(burst(30_000)).toBe(100);
});

it("counts each device for itself, in memory that does not grow", () => {
  const meters = metersFor(10);
  for (let i = 0; i < 1_000; i++) {
    expect(meters.count(`d-${i}`, useOfReport(100), i)).toBeUndefined();
  }
  expect(meters.size).toBe(10);
});

it("says which setting is wrong", () => {
  const read = () => readMeterEnvironment({ ...needed, MESSAGES_BURST: "none" });
  expect(read).toThrow(/MESSAGES_BURST: .*got "none"/);
});
