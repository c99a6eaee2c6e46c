import { expect, it } from "vitest";
import type { Sample } from "../../shared/process-metrics.ts";
import { Tally } from "./tally.ts";

const began = 1_000;
const counter = (value: number): Sample => ({ name: "a_total", labels: { r: "1" }, value });
const gauge = (value: number): Sample => ({ name: "b", labels: {}, value });
const started = (value: number): Sample => ({
  ...{ name: "process_start_time_seconds", labels: {}, value },
});
const of = (tally: Tally, name: string) =>
  tally
    .samples()
    .filter((sample) => sample.name === name)
    .reduce((sum, { value }) => sum + value, 0);

it("counts from when it began: what a process counted before is none of it", () => {
  const tally = new Tally(began);
  tally.add("a", [started(900), counter(50)]);
  expect(of(tally, "a_total")).toBe(0);
  tally.add("a", [started(900), counter(53)]);
  expect(of(tally, "a_total")).toBe(3);
});

it("counts all of a process that started later, and of one that starts anew", () => {
  const tally = new Tally(began);
  tally.add("a", [started(1_001), counter(5)]);
  tally.add("a", [started(1_010), counter(2)]);
  expect(of(tally, "a_total")).toBe(7);
});

it("counts all of a series that comes up later in a process that is known", () => {
  const tally = new Tally(began);
  tally.add("a", [started(900)]);
  tally.add("a", [started(900), counter(4)]);
  expect(of(tally, "a_total")).toBe(4);
});

it("never goes back: what a process that is gone has counted stays, how it was does not", () => {
  const tally = new Tally(began);
  for (const process of ["a", "b"]) tally.add(process, [started(1_001), counter(5), gauge(3)]);
  tally.drop("a");

  expect([of(tally, "a_total"), of(tally, "b")]).toEqual([10, 3]);
  expect(tally.processes).toEqual(["b"]);
});

it("counts nothing twice of a process that was out of reach for a while", () => {
  const tally = new Tally(began);
  tally.add("a", [started(1_001), counter(5)]);
  tally.drop("a");
  tally.add("a", [started(1_001), counter(7)]);
  tally.add("a", [started(1_001), counter(8)]);
  expect(of(tally, "a_total")).toBe(6);
});

it("takes nobody's silence for how they were", () => {
  const tally = new Tally(began);
  tally.add("a", [started(1_001), counter(5), gauge(3)]);
  tally.silence("a");
  expect([of(tally, "a_total"), of(tally, "b")]).toEqual([5, 0]);
  tally.add("a", [started(1_001), counter(5), gauge(2)]);
  expect(of(tally, "b")).toBe(2);
});
