import { expect, it } from "vitest";
import { Admission } from "./admission.ts";

const admission = () => new Admission({ atOnce: 10, strangersAtOnce: 4, strangerBacklogMs: 500 });
const known = { known: true, backlogMs: 0 };
const stranger = { known: false, backlogMs: 0 };

it("lets strangers have their part of the room, and known devices all of it", () => {
  const room = admission();
  for (let i = 0; i < 4; i++) expect(room.enter(stranger).full).toBeUndefined();
  expect(room.enter(stranger).full).toBe("strangers");
  for (let i = 0; i < 6; i++) expect(room.enter(known).full).toBeUndefined();

  expect(room.enter(known).full).toBe("concurrency");
  expect(room.underWay).toBe(10);
});

it("has room again when somebody leaves", () => {
  const room = admission();
  const places = Array.from({ length: 4 }, () => room.enter(stranger));
  places[0]?.leave?.();

  expect(room.underWay).toBe(3);
  expect(room.enter(stranger).full).toBeUndefined();
  expect(room.enter(stranger).full).toBe("strangers");
});

it("works on known devices only while requests pile up", () => {
  const room = admission();

  expect(room.enter({ ...stranger, backlogMs: 499 }).full).toBeUndefined();
  expect(room.enter({ ...stranger, backlogMs: 500 }).full).toBe("backlog");
  expect(room.enter({ ...known, backlogMs: 1_500 }).full).toBeUndefined();
});
