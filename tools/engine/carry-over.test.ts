import { expect, it } from "vitest";
import { addedByCloud, inputsNow, outputsNow, withAdded } from "./carry-over.ts";
import { secret } from "./property-values.ts";

it("keeps what the cloud added at any depth, under new inputs", () => {
  const inputs = { metadata: { name: "a" }, ports: [1] };
  const outputs = { metadata: { name: "a", uid: "u" }, ports: [1], arn: "arn:a" };
  const added = addedByCloud(inputs, outputs);
  expect(added).toEqual({ metadata: { uid: "u" }, arn: "arn:a" });
  expect(withAdded({ metadata: { name: "b" }, ports: [2] }, added)).toEqual({
    metadata: { name: "b", uid: "u" },
    ports: [2],
    arn: "arn:a",
  });
});

it("drops an input that is no longer given", () => {
  const added = addedByCloud({ tags: { a: "1" } }, { tags: { a: "1" }, arn: "arn:a" });
  expect(withAdded({}, added)).toEqual({ arn: "arn:a" });
});

it("reads back only what was an input, with its marks", () => {
  const before = { password: secret("old"), other: secret("same"), count: 1, __defaults: ["x"] };
  const live = { password: "new", other: "same", count: 2, arn: "arn:a" };
  expect(inputsNow(before, live)).toEqual({
    password: secret("new"),
    other: secret("same"),
    count: 2,
    __defaults: ["x"],
  });
});

it("reads an input that is gone from the cloud as absent", () => {
  expect(inputsNow({ tags: { a: "1" } }, {})).toEqual({ tags: null });
});

it("keeps a property secret that was secret, even in part", () => {
  const before = { data: { key: secret("a") }, name: "n" };
  expect(outputsNow(before, { data: { key: "a" }, name: "m" })).toEqual({
    data: { key: secret("a") },
    name: "m",
  });
  expect(outputsNow(before, { data: { key: "b" }, name: "n" })).toEqual({
    data: secret({ key: "b" }),
    name: "n",
  });
});
