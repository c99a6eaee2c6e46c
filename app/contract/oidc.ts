import { z } from "zod";
import { apiRoles } from "./api-token.ts";
import { isHttpsAddress } from "./https-address.ts";

/** Where the console's page is, once its port is forwarded as the operations guide says. */
export const forwardedConsole = "https://localhost:8443";
/** Below the console's address: where a sign-in by the provider begins, and where it comes back to. */
export const oidcPaths = { begin: "/sign-in/oidc", callback: "/sign-in/oidc/callback" } as const;

const must = (allowed: string) => ({ error: `must be ${allowed}` });
const matching = (pattern: RegExp, allowed: string) =>
  z.string(must(allowed)).regex(pattern, must(allowed));

const issuerRule = "the provider's issuer: an https:// address without user, password, query and #";
const originRule = `an https:// address without a path, such as ${forwardedConsole}`;
const claim = (example: string) =>
  matching(/^[^\p{C}]{1,100}$/u, `the name of a claim of the ID token, such as ${example}`);
const scopesRule = "a list of scopes, openid among them";
const rolesRule = `an object that gives roles (${apiRoles.join(", ")}) to values of the role claim, such as {viewer: ["analysts"], admin: ["soc-leads"]}`;

const isIssuer = (value: string) => {
  if (!isHttpsAddress(value)) return false;
  return !/[?#]/.test(value);
};
const isOrigin = (value: string) => isHttpsAddress(value) && new URL(value).origin === value;

const values = z
  .array(matching(/^[^\p{C}]{1,200}$/u, "a value of the role claim"), must(rolesRule))
  .default([]);

/** Sign-in at the console's page by an identity provider, as the stack file and the console's environment say it. */
export const OidcSchema = z.strictObject(
  {
    /** What the page calls the provider. */
    name: matching(
      /^[\p{L}\p{N}][\p{L}\p{N} ._&'-]{0,39}$/u,
      "1 to 40 letters, digits, blanks and ._&'-",
    ),
    issuer: z.string(must(issuerRule)).refine(isIssuer, must(issuerRule)),
    clientId: matching(/^[\x21-\x7e]{1,255}$/, "the id that the provider gave this client"),
    /** Where browsers open the page: below it the provider sends them back. */
    consoleUrl: z
      .string(must(originRule))
      .refine(isOrigin, must(originRule))
      .default(forwardedConsole),
    scopes: z
      .array(matching(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, "a scope"), must(scopesRule))
      .max(20, must(scopesRule))
      .refine((scopes) => scopes.includes("openid"), must(scopesRule))
      .default(["openid", "profile", "email"]),
    /** What the audit calls people by. Theirs for good: who can change it can take another's name. */
    nameClaim: claim("sub or email").default("sub"),
    roleClaim: claim("groups"),
    /** Values of the role claim that give a role; of several the highest counts. */
    roles: z
      .strictObject({ viewer: values, operator: values, admin: values }, must(rolesRule))
      .refine((roles) => apiRoles.some((role) => roles[role].length > 0), must(rolesRule)),
  },
  must("an object such as {name, issuer, clientId, roleClaim, roles}"),
);

export type OidcSettings = z.infer<typeof OidcSchema>;
