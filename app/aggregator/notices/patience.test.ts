import { expect, it } from "vitest";
import { forbiddenMs, isGivenUp, refusalOf } from "./patience.ts";

const after = (status: number, more: object = {}) =>
  isGivenUp({
    ...{ refusal: refusalOf(status), failures: 1, heldMs: 0, othersTaken: false },
    ...more,
  });

it.each([400, 413, 415, 422])("gives up at once what was read and is not wanted: %i", (status) => {
  expect(after(status)).toBe(true);
});

it.each([
  302, 408, 425, 429, 500, 503,
])("never gives up while the receiver is away, broken or busy: %i", (status) => {
  expect(after(status, { failures: 10_000, heldMs: 100 * forbiddenMs, othersTaken: true })).toBe(
    false,
  );
});

it.each([
  401, 403, 404, 410, 451,
])("holds the line for an hour at most when it is not let in, less when others are: %i", (status) => {
  expect(after(status, { failures: 100, heldMs: forbiddenMs - 1 })).toBe(false);
  expect(after(status, { failures: 121, heldMs: forbiddenMs })).toBe(true);
  expect(after(status, { failures: 4, othersTaken: true })).toBe(false);
  expect(after(status, { failures: 5, othersTaken: true })).toBe(true);
});
