import { expect, it } from "vitest";
import {
  exceptionListPath,
  forWhom,
  newExceptionAddress,
  previewWords,
  wantedIn,
} from "./exceptions.ts";

const address = (text: string) => new URLSearchParams(text);

it("takes what shall be hidden from the address, and nothing while it is about everybody", () => {
  expect(wantedIn(address("rule=r1&client=bench-*&critical=true&evil=1"))).toEqual({
    scope: { rule: "r1", client: "bench-*" },
    critical: true,
  });
  expect(wantedIn(address("rule=r1"))).toBeUndefined();
  expect(wantedIn(address("client=bench-1"))).toBeUndefined();
  const scope = { rule: "r&1", client: "a" };
  const [, query] = newExceptionAddress(scope).split("?");
  expect(wantedIn(address(query ?? ""))).toEqual({ scope, critical: false });
});

it("lists what is in force unless the address asks for what has ended", () => {
  expect(exceptionListPath(address("state=ended"))).toBe("/exceptions?state=ended");
  expect(exceptionListPath(address("state=%26x"))).toBe("/exceptions?state=in-force");
});

it("says for whom it is, and what it would have hidden, in words", () => {
  expect(forWhom({ client: "bench-*", label: "site:oslo", origin: "device" })).toBe(
    "clients bench-* and label site:oslo and each report of a device",
  );
  const preview = { hidden: 1, confirmed: 0, since: "", complete: true };
  expect(previewWords(preview, "noon")).toBe(
    "It would have hidden 1 finding of the last 30 days. None of them was in incidents that were found to be attacks.",
  );
  expect(previewWords({ ...preview, hidden: 1_200, confirmed: 2, complete: false }, "noon")).toBe(
    "It would have hidden 1,200 findings since noon, and there may be more before. 2 of them were in incidents that were found to be attacks.",
  );
  expect(previewWords({ ...preview, hidden: 0 }, "noon")).toBe(
    "It would have hidden no finding of the last 30 days.",
  );
});
