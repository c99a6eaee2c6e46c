import { expect, it } from "vitest";
import { whoIsThere } from "./person.ts";

const [kim, ann] = [
  { name: "kim", role: "viewer", by: "token" },
  { name: "ann", role: "admin", by: "token" },
] as const;
const nobody = async () => undefined;
const redeem = async () => ann;
const spends = async () => expect.fail("the link is spent");

it("a link does not end the session of who is signed in: they are asked", async () => {
  const person = await whoIsThere("snl_x", { current: async () => kim, redeem: spends });

  expect(person).toEqual({ is: "asked", session: kim, code: "snl_x" });
});

it("a link signs in where nobody is signed in", async () => {
  expect(await whoIsThere("snl_x", { current: nobody, redeem })).toEqual({
    is: "there",
    session: ann,
  });
});

it("without a link it is whose cookie there is", async () => {
  const asking = { current: async () => kim, redeem: spends };

  expect(await whoIsThere(undefined, asking)).toEqual({ is: "there", session: kim });
  expect(await whoIsThere(undefined, { ...asking, current: nobody })).toEqual({ is: "nobody" });
});

it("says why a sign-in by the provider came to nothing, to whoever is not signed in", async () => {
  const asking = { current: nobody, redeem: spends };

  expect(await whoIsThere(undefined, asking, "no role")).toEqual({ is: "nobody", said: "no role" });
  expect(await whoIsThere(undefined, { ...asking, current: async () => kim }, "no role")).toEqual({
    is: "there",
    session: kim,
  });
});

it("says why a link does not sign in", async () => {
  const refused = async () => Promise.reject(new Error("not good any more"));

  expect(await whoIsThere("snl_x", { current: nobody, redeem: refused })).toEqual({
    is: "nobody",
    said: "not good any more",
  });
});
