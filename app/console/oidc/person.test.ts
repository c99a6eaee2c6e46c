import { describe, expect, it } from "vitest";
import { OidcSchema } from "../../contract/oidc.ts";
import { personOf } from "./person.ts";

const settings = OidcSchema.parse({
  ...{ name: "Example SSO", issuer: "https://id.example.com", clientId: "sentinel" },
  roleClaim: "groups",
  roles: { viewer: ["analysts"], admin: ["soc-leads", "7"] },
});
const byEmail = { ...settings, nameClaim: "email" };
const claims = (more: object) => ({ iss: "https://id.example.com", sub: "u-1", ...more });

describe("somebody whom the provider knows", () => {
  it("has the highest role that one of their groups gives, and a name that no token has", () => {
    const groups = ["analysts", "soc-leads", "cooks"];
    expect(personOf(claims({ groups }), settings)).toEqual({
      holder: {
        ...{ name: "oidc:u-1", role: "admin", by: "oidc" },
        identity: "https://id.example.com u-1",
      },
    });
    const alone = personOf(claims({ groups: "analysts" }), settings);
    expect(alone).toMatchObject({ holder: { role: "viewer" } });
  });

  it.each([
    ["none of the groups gives one", { groups: ["cooks"] }],
    ["no group is told", {}],
    ["a group is no text", { groups: [7, null, {}] }],
    ["groups are something else", { groups: { analysts: true } }],
    ["a group only looks like one that gives it", { groups: ["Analysts", "analysts "] }],
  ])("has no role when %s", (_when, told) => {
    expect(personOf(claims(told), settings)).toMatchObject({ refused: "no-role" });
  });

  it("is called by the claim that is wanted, as long as it can be shown", () => {
    const groups = ["analysts"];
    const verified = { groups, email_verified: true };
    expect(personOf(claims({ ...verified, email: "a@example.com" }), byEmail)).toMatchObject({
      holder: { name: "oidc:a@example.com" },
    });
    for (const email of [undefined, 7, "", "a b@c", "a\u202eb@c", "a\u001b[2J", "a".repeat(101)]) {
      const judged = personOf(claims({ ...verified, email }), byEmail);
      expect(judged).toMatchObject({ refused: "no-name" });
    }
  });

  it("is not called by an email that nobody has verified", () => {
    const told = { groups: ["analysts"], email: "boss@example.com" };
    for (const email_verified of [false, undefined, "true"]) {
      const judged = personOf(claims({ ...told, email_verified }), byEmail);
      expect(judged).toMatchObject({ refused: "no-name", detail: "the email is not verified" });
    }
  });
});
