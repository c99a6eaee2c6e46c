import { type ApiRole, apiRoles } from "../../contract/api-token.ts";
import type { OidcSettings } from "../../contract/oidc.ts";
import { isPrintable } from "../../shared/printable.ts";
import type { Holder } from "../access/holder.ts";
import type { Claims } from "./identity-provider.ts";
import type { SignInFailure } from "./sign-in-failure.ts";

export type Judged =
  | { readonly holder: Holder }
  | {
      readonly refused: Extract<SignInFailure, "no-name" | "no-role">;
      readonly detail: string;
      readonly name?: string;
    };

/** No token's name has a colon: nobody at the provider can take one. */
const prefix = "oidc:";
const nameLimit = 100;

/** Who somebody is here, by what the provider says of them. */
export function personOf(claims: Claims, settings: OidcSettings): Judged {
  const named = nameIn(claims, settings.nameClaim);
  if ("detail" in named) return { refused: "no-name", ...named };
  const name = `${prefix}${named.name}`;
  const values = valuesOf(claims[settings.roleClaim]);
  const role = roleOf(values, settings.roles);
  if (!role) {
    const detail = `${values.size} values of ${settings.roleClaim}, and none of them gives a role`;
    return { refused: "no-role", detail, name };
  }
  return { holder: { name, role, by: "oidc", identity: `${claims.iss} ${claims.sub}` } };
}

function nameIn(
  claims: Claims,
  claim: string,
): { readonly name: string } | { readonly detail: string } {
  const name = claims[claim];
  if (typeof name !== "string" || name === "") return { detail: `there is no ${claim}` };
  if (!isPrintable(name, nameLimit) || /\s/u.test(name)) {
    return {
      detail: `${claim} must be at most ${nameLimit} characters that can be shown, no blanks`,
    };
  }
  // Where nobody has verified it, it may be anybody's.
  if (claim === "email" && claims["email_verified"] !== true) {
    return { detail: "the email is not verified" };
  }
  return { name };
}

const valuesOf = (claim: unknown): ReadonlySet<unknown> =>
  new Set(Array.isArray(claim) ? claim : claim === undefined ? [] : [claim]);

/** The highest of those that the values give. */
function roleOf(values: ReadonlySet<unknown>, roles: OidcSettings["roles"]): ApiRole | undefined {
  return apiRoles.findLast((role) => roles[role].some((value) => values.has(value)));
}
