import type { ApiRole } from "../../contract/api-token.ts";

/** Whoever may use the API, as the audit and the limits know them. */
export interface Holder {
  /** The audit calls them `api:<name>`. */
  readonly name: string;
  readonly role: ApiRole;
  /** By what their role is known: a token, or what the identity provider said when they signed in. */
  readonly by: "token" | "oidc";
  /** Tells them from all others: the token's digest, or who they are at the provider. */
  readonly identity: string;
}
