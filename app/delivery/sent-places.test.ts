import { expect, it } from "vitest";
import { onTheWayMs } from "../shared/on-the-way.ts";
import { SentPlaces } from "./sent-places.ts";

it("goes on behind what a server has, and back to what is surely on its way", () => {
  const places = new SentPlaces(10);
  expect(places.next).toBe(11);
  places.sent(20, 1_000);
  places.sent(30, 1_000 + onTheWayMs / 2);
  expect(places).toMatchObject({ next: 31, flushed: 30, settled: 10 });

  places.settle(1_000 + onTheWayMs);
  places.lost(0);
  expect(places).toMatchObject({ next: 31, settled: 20 });
  places.lost(1);
  expect(places).toMatchObject({ next: 21, flushed: 20, settled: 20 });

  places.sent(30, 5_000);
  places.lost(1);
  places.settle(9_000);
  expect(places).toMatchObject({ next: 31, settled: 30 });
});
