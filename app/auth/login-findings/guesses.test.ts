import { expect, it } from "vitest";
import type { RefusalCode } from "../callout/refusal.ts";
import { Guesses } from "./guesses.ts";
import { loginFinding, subjectOf } from "./login-finding.ts";

const windowMs = 3_600_000;
function guessesOf(perMinute = 100) {
  const time = { nowMs: 10 * windowMs };
  const settings = { ids: 2, addresses: 2, windowMs, perMinute };
  const guesses = new Guesses(settings, () => time.nowMs);
  const fail = (
    clientId: string,
    address: string,
    { code = "bad-secret", known = true }: { code?: RefusalCode; known?: boolean } = {},
  ) => guesses.note({ clientId, address, code, known });
  return { fail, time };
}
const here = "192.0.2.7";
const none = { told: [], untold: 0 };

it("tells once in a while of an address that tries many ids", () => {
  const { fail, time } = guessesOf();
  const stuffing = { rule: "credential-stuffing", address: here };
  expect([fail("a", here), fail("b", here), fail("a", here)]).toEqual([none, none, none]);
  expect(fail("c", here).told).toEqual([{ ...stuffing, ids: ["a", "b", "c"] }]);
  expect(fail("d", here)).toEqual(none);
  time.nowMs += windowMs + 1;
  for (const id of ["e", "f"]) expect(fail(id, here)).toEqual(none);
  expect(fail("g", here).told).toEqual([{ ...stuffing, ids: ["e", "f", "g"] }]);
});

it("tells of a device that is tried from many addresses, and of no id that nobody has", () => {
  const { fail } = guessesOf();
  const places = ["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:1::2"];
  expect(places.map((each) => fail("pump-1", each).told)).toEqual([
    [],
    [],
    [
      {
        ...{ rule: "distributed-guessing", clientId: "pump-1" },
        addresses: ["192.0.2.1", "192.0.2.2", "20010db800000001/64"],
      },
    ],
    [],
  ]);
  const strange = { code: "unknown-client", known: false } as const;
  for (const each of places) expect(fail("stranger", each, strange)).toEqual(none);
});

it.each([
  "certificate-unpinned",
  "locked-out",
  "inactive",
  "barred",
  "overloaded",
] as const)("holds %s against nobody: it is no guess", (code) => {
  const { fail } = guessesOf();
  for (let n = 0; n < 10; n++) expect(fail(`pump-${n}`, here, { code })).toEqual(none);
});

it("only counts those beyond so many in a minute", () => {
  const { fail, time } = guessesOf(1);
  const stuff = (address: string) => ["a", "b", "c"].map((id) => fail(`${address}-${id}`, address));
  expect(stuff("192.0.2.1").at(-1)?.told).toHaveLength(1);
  expect(stuff("192.0.2.2").at(-1)).toEqual({ told: [], untold: 1 });
  time.nowMs += 60_000;
  expect(stuff("192.0.2.3").at(-1)?.told).toHaveLength(1);
});

it("is a finding of the address that does it, or of the device that it is done to", () => {
  const ids = Array.from({ length: 12 }, (_, n) => `pump-${n}`);
  const stuffing = { rule: "credential-stuffing", address: "20010db800000001/64", ids } as const;
  expect(subjectOf(stuffing)).toBe("address-20010db800000001-64");
  const { message, resources, finding_info } = loginFinding(stuffing, 1_000.5);
  expect(message).toContain("pump-9 and 2 more");
  expect(resources).toEqual([]);
  expect(finding_info.analytic.uid).toBe("credential-stuffing");
  const addresses = ["192.0.2.1", "192.0.2.2"];
  const guessing = { rule: "distributed-guessing", clientId: "pump-1", addresses } as const;
  expect(subjectOf(guessing)).toBe("pump-1");
  expect(loginFinding(guessing, 1_000)).toMatchObject({
    ...{ time: 1_000, severity_id: 3 },
    resources: [{ type: "Device", uid: "pump-1" }],
    evidences: [{ data: { excerpt: "pump-1 tried from 192.0.2.1, 192.0.2.2" } }],
  });
});
