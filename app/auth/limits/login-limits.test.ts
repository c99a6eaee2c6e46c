import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RefusalCode } from "../callout/refusal.ts";
import { LoginLimits } from "./login-limits.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const home = "203.0.113.9";
const elsewhere = "198.51.100.7";

function limitsOf(changes = {}) {
  const lockouts: string[] = [];
  const limits = new LoginLimits({
    settings: {
      loginsPerAddressPerSecond: 100,
      deviceFailures: 5,
      addressFailures: 50,
      lockout: { firstSeconds: 60, longestSeconds: 900 },
      ...changes,
    },
    onLockout: (limit, key, seconds) => lockouts.push(`${limit} ${key} ${seconds}`),
  });
  const standing = async (clientId: string, address = home) =>
    (await limits.standing({ clientId, address }))?.limit;
  const note = (clientId: string, code: RefusalCode | undefined, address = home) =>
    limits.note({ clientId, address }, code);
  const fail = async (clientId: string, times: number, address = home) => {
    for (let i = 0; i < times; i++) await note(clientId, "bad-secret", address);
  };
  return { limits, standing, note, fail, lockouts };
}

describe("failures of one id", () => {
  it("lock it out at that address, and say so", async () => {
    const { limits, fail, lockouts } = limitsOf();
    await fail("pump-7", 5, elsewhere);

    expect(await limits.standing({ clientId: "pump-7", address: elsewhere })).toEqual({
      code: "locked-out",
      limit: "device-failures",
    });
    expect(lockouts).toEqual([`device-failures ${elsewhere} pump-7 60`]);
  });

  it("do not touch the device at its own address, however many and from how many addresses", async () => {
    const { standing, fail } = limitsOf();
    for (let i = 1; i <= 250; i++) await fail("pump-7", 6, `198.51.100.${i}`);

    expect(await standing("pump-7")).toBeUndefined();
  });

  it("do not touch other devices behind the same address", async () => {
    const { standing, fail } = limitsOf();
    await fail("pump-7", 5);

    expect(await standing("pump-8")).toBeUndefined();
  });

  it("are forgotten when it succeeds", async () => {
    const { standing, note, fail } = limitsOf();
    await fail("pump-7", 4);
    await note("pump-7", undefined);
    await fail("pump-7", 4);

    expect(await standing("pump-7")).toBeUndefined();
  });
});

describe("failures of many ids at one address", () => {
  it("lock the address out, but not the devices that logged in from there before", async () => {
    const { standing, note, fail } = limitsOf();
    await note("regular", undefined);
    for (let i = 0; i < 50; i++) await note(`made-up-${i}`, "unknown-client");

    expect(await standing("made-up-99")).toBe("address-failures");
    expect(await standing("newcomer")).toBe("address-failures");
    expect(await standing("regular")).toBeUndefined();
    expect(await standing("regular", elsewhere)).toBeUndefined();

    await fail("regular", 5);
    expect(await standing("regular")).toBe("device-failures");
  });

  it("count together for one IPv6 network", async () => {
    const { standing, note } = limitsOf();
    for (let i = 0; i < 50; i++) await note(`d-${i}`, "unknown-client", `2001:db8::${i + 1}`);

    expect(await standing("d-99", "2001:db8::ffff")).toBe("address-failures");
    expect(await standing("d-99", "2001:db8:0:1::1")).toBeUndefined();
  });

  it.each([
    "not-mqtt",
    "invalid-client-id",
    "user-mismatch",
    "certificate-unreadable",
    "certificate-mismatch",
    "certificate-expired",
    "certificate-unpinned",
  ] as const)("count when they are %s, without a key for each made-up id", async (code) => {
    const { limits, standing, note } = limitsOf();
    for (let i = 0; i < 50; i++) await note(`a.b.${i}`, code);

    expect(await standing("a")).toBe("address-failures");
    expect(limits.sizes["device-failures"]).toBe(0);
  });
});

it.each([
  "inactive",
  "record-damaged",
  "certificate-missing",
  "registry-unavailable",
  "audit-unavailable",
  "overloaded",
  "request-expired",
  "rate-limited",
  "locked-out",
  "cut-off",
  "barred",
] as const)("a refusal as %s is held against nobody", async (code) => {
  const { standing, note } = limitsOf();
  for (let i = 0; i < 200; i++) await note("pump-7", code);

  expect(await standing("pump-7")).toBeUndefined();
});

describe("the rate of logins from one address", () => {
  it("may come in bursts, and is limited over ten seconds", async () => {
    const { limits, standing } = limitsOf();
    for (let i = 0; i < 1_000; i++) expect(await standing(`d-${i}`)).toBeUndefined();

    expect(await limits.standing({ clientId: "d-1", address: home })).toEqual({
      code: "rate-limited",
      limit: "address-rate",
    });
    expect(await standing("d-1", elsewhere)).toBeUndefined();
    vi.advanceTimersByTime(10_000);
    expect(await standing("d-1")).toBeUndefined();
  });

  it("leaves devices that logged in from there before as much again for themselves", async () => {
    const { standing, note } = limitsOf();
    await note("regular", undefined);
    for (let i = 0; i < 5_000; i++) await standing(`d-${i}`);
    for (let i = 0; i < 1_000; i++) expect(await standing("regular")).toBeUndefined();

    expect(await standing("regular")).toBe("address-rate");
  });
});

it("remembers a bounded number of sources, whoever comes", async () => {
  const { limits, standing, note } = limitsOf();
  for (let i = 0; i < 20_500; i++) {
    const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    await standing("pump-7", address);
    await note("pump-7", "bad-secret", address);
  }

  expect(limits.sizes).toEqual({
    "address-rate": 20_000,
    "address-failures": 20_000,
    "device-failures": 20_000,
  });
});
