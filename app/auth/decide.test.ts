import { describe, expect, it } from "vitest";
import { deviceWith } from "../registry/emulator.fixture.ts";
import { calloutRequest, expires } from "./callout.fixture.ts";
import { decide, refusalCodes, screen, spokenRefusal } from "./decide.ts";

const nowMs = expires * 1000 - 1_500;
const refused = (code: string) => ({ outcome: "refuse", code });

describe("before the registry is asked", () => {
  it("a request in order passes", () => {
    expect(screen(calloutRequest(), nowMs)).toBeUndefined();
  });

  it.each([
    ["a NATS client", { transport: "nats" }, "not-mqtt"],
    ["a websocket client", { transport: "websocket" }, "not-mqtt"],
    ["an unnamed transport", { transport: "" }, "not-mqtt"],
    ["no client id", { clientId: "", userName: "" }, "invalid-client-id"],
    ["a wildcard id", { clientId: "*", userName: "*" }, "invalid-client-id"],
    ["an id of two tokens", { clientId: "a.b", userName: "a.b" }, "invalid-client-id"],
    ["a long id", { clientId: "a".repeat(65), userName: "a".repeat(65) }, "invalid-client-id"],
    ["an id with a line end", { clientId: "a\n", userName: "a\n" }, "invalid-client-id"],
    ["another's user name", { userName: "pump-8" }, "user-mismatch"],
    ["a user name in other case", { userName: "PUMP-7" }, "user-mismatch"],
    ["no user name", { userName: "" }, "user-mismatch"],
  ])("%s is refused", (_, changes, code) => {
    expect(screen(calloutRequest(changes), nowMs)).toEqual(refused(code));
  });

  it("a request is refused only when the server's deadline is over for sure", () => {
    expect(screen(calloutRequest(), expires * 1000 + 999)).toBeUndefined();
    expect(screen(calloutRequest(), expires * 1000 + 1_000)).toEqual(refused("request-expired"));
  });
});

describe("with what the registry knows", () => {
  const found = (changes = {}) =>
    ({ kind: "found", record: deviceWith("pump-7", "secret", changes) }) as const;

  it("the right secret of an active device is admitted", () => {
    const lookup = found();

    expect(decide(calloutRequest(), lookup)).toEqual({ outcome: "admit", record: lookup.record });
  });

  it.each([
    ["an unknown id", { kind: "absent" } as const, {}, "unknown-client"],
    ["an unreachable registry", { kind: "unavailable" } as const, {}, "registry-unavailable"],
    ["a wrong secret", found(), { password: "Secret" }, "bad-secret"],
    ["no secret", found(), { password: "" }, "bad-secret"],
    ["a suspended device", found({ status: "suspended" }), {}, "inactive"],
    ["a revoked device", found({ status: "revoked" }), {}, "inactive"],
    [
      "a revoked device's wrong secret",
      found({ status: "revoked" }),
      { password: "" },
      "bad-secret",
    ],
  ])("%s is refused", (_, lookup, changes, code) => {
    expect(decide(calloutRequest(changes), lookup)).toEqual(refused(code));
  });
});

it("tells a stranger one word, whichever credential was wrong", () => {
  const credential = [
    "invalid-client-id",
    "user-mismatch",
    "unknown-client",
    "bad-secret",
  ] as const;

  expect(new Set([...credential, "inactive" as const].map(spokenRefusal))).toEqual(
    new Set(["refused"]),
  );
  expect(new Set(refusalCodes.map(spokenRefusal))).toEqual(new Set(["refused", "unavailable"]));
});
