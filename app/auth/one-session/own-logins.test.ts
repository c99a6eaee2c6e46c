import { expect, it } from "vitest";
import { OwnLogins } from "./own-logins.ts";

const login = (clientId: string, atMs: number, serverId = "NA") => ({
  ...{ clientId, serverId, connection: atMs },
  atMs,
});

it("keeps the newest login of each device, in whatever order they are told", () => {
  const own = new OwnLogins(10);
  for (const at of [20, 30, 10]) own.learn(login("pump-7", at, `N${at}`));
  own.learn(login("pump-8", 5));
  expect(own.of("pump-7")).toEqual({ serverId: "N30", connection: 30, atMs: 30 });
  expect(own.of("pump-8")).toEqual({ serverId: "NA", connection: 5, atMs: 5 });
});

it("knows nothing of a device that it was asked for only, and makes no room for it", () => {
  const own = new OwnLogins(2);
  own.learn(login("a", 1));
  own.learn(login("b", 2));
  for (let n = 0; n < 100; n++) expect(own.of(`stranger-${n}`)).toBeUndefined();
  expect(own.of("a")?.atMs).toBe(1);
  expect(own.of("b")?.atMs).toBe(2);
});

it("forgets the session that was ended, and none that began since", () => {
  const own = new OwnLogins(10);
  own.learn(login("pump-7", 10));
  const ended = own.of("pump-7");
  own.learn(login("pump-7", 20));
  if (ended) own.forget("pump-7", ended);
  expect(own.of("pump-7")?.atMs).toBe(20);
  own.forget("pump-7", { serverId: "NA", connection: 20, atMs: 20 });
  expect(own.of("pump-7")).toBeUndefined();
});

it("has room for so many, and forgets somebody when there are more", () => {
  const own = new OwnLogins(100);
  for (let n = 0; n < 1_000; n++) own.learn(login(`pump-${n}`, n + 1));
  const known = Array.from({ length: 1_000 }, (_, n) => own.of(`pump-${n}`)).filter(Boolean);
  expect(known).toHaveLength(100);
});
