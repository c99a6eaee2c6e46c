import { expect, it } from "vitest";
import { isClientId } from "./client-id.ts";

it.each(["a", "pump-7", "A_b-9", "x".repeat(64)])("takes %j", (value) => {
  expect(isClientId(value)).toBe(true);
});

it.each([
  "",
  "a b",
  "a.b",
  "*",
  ">",
  "+",
  "#",
  "a/b",
  "x".repeat(65),
  "a\r\nb",
  "a\n",
  "é",
  "$SYS",
])("refuses %j", (value) => {
  expect(isClientId(value)).toBe(false);
});
