import { expect, it } from "vitest";
import { Admission } from "./admission.ts";

const admission = () => new Admission({ atOnce: 10, strangersAtOnce: 4, strangerBacklogMs: 500 });
const known = true;
const stranger = false;

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

it("sheds strangers when requests have piled up", () => {
  const room = admission();

  expect(room.shedsStrangers(499)).toBe(false);
  expect(room.shedsStrangers(500)).toBe(true);
});
