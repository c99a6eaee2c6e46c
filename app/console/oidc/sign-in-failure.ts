/** Why a sign-in by the provider came to nothing, as the address tells the page, which has a sentence for each. */
export type SignInFailure =
  | "no-name"
  | "no-role"
  | "not-on-record"
  | "other-address"
  | "provider-away"
  | "sign-in-refused"
  | "sign-in-unknown";
