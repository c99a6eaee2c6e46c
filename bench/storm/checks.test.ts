import { expect, it } from "vitest";
import type { Watched } from "../flood/watch.ts";
import type { Found } from "../returning/returns.ts";
import { checksOf } from "./checks.ts";
import type { Flow } from "./flow.ts";
import { watchIdentities } from "./identities.ts";

const clean = { missing: 0, outOfOrder: 0, misdelivered: 0, neverConnected: 0, duplicated: 3 };
const returned = { ...clean, devices: 10, refused: 2, dropped: 1, others: 4 } satisfies Found;
const watched = { leaseLosses: 0 } as Watched;
const storm = { returned, kill: undefined, killAsked: false, restarted: [], watched };
const killed = { ...storm, killAsked: true, kill: { subscribed: 5, lacking: 2 } };
const flow: Flow = {
  ...{ published: 100, lost: 0, outOfOrder: 0, duplicated: 0, misdelivered: 0, cameAgain: 0 },
};
const broken = (storms: Parameters<typeof checksOf>[0], flowed = flow) =>
  checksOf(storms, flowed).filter(({ holds }) => !holds).length;

it("is content with refused logins, with what came twice to who came back, and with the replica killed", () => {
  expect(broken([storm, killed])).toBe(0);
});

it("is not content with a storm in which something is lacking, misordered or with somebody else", () => {
  for (const wrong of ["missing", "neverConnected", "outOfOrder", "misdelivered"] as const) {
    expect(broken([storm, { ...killed, returned: { ...returned, [wrong]: 1 } }]), wrong).toBe(1);
  }
  expect(broken([])).toBeGreaterThan(0);
});

it("is not content with a kill that met nobody who lacked something, nor with another process that ended", () => {
  expect(broken([{ ...killed, kill: undefined }])).toBe(1);
  expect(broken([{ ...killed, kill: { subscribed: 5, lacking: 0 } }])).toBe(1);
  expect(broken([{ ...storm, restarted: ["edge-1"] }])).toBe(1);
});

it("is not content with a flow of which something is lost, misordered, with somebody else, or came twice", () => {
  const wrongs = ["lost", "outOfOrder", "misdelivered", "duplicated", "cameAgain"] as const;
  for (const wrong of wrongs) expect(broken([storm], { ...flow, [wrong]: 1 }), wrong).toBe(1);
  expect(broken([storm], { ...flow, published: 0 })).toBe(1);
  const tookOver = { ...storm, watched: { leaseLosses: 1 } as Watched };
  expect(broken([tookOver], { ...flow, duplicated: 1 })).toBe(0);
});

it("names processes that ended or were started anew, but for the one that may", () => {
  const named = (name: string, pid: number) => ({ name, pid: pid as number | undefined });
  const processes = [named("auth-1", 1), named("edge-1", 2), named("delivery-1", 3)];
  const identities = watchIdentities(processes, "delivery-1");
  expect(identities.changed()).toEqual([]);
  for (const each of processes) each.pid = each.name === "edge-1" ? undefined : 9;
  expect(identities.changed()).toEqual(["auth-1", "edge-1"]);
});
