/** Signing in by the identity provider, where the console has one. */
import { useEffect, useState } from "react";
import type { SignInFailure } from "../../oidc/sign-in-failure.ts";
import { ask } from "./api.ts";

/** The provider by which people may sign in, besides by a token. */
export interface Provider {
  /** What people call it. */
  readonly provider: string;
  /** Where the browser goes for it. */
  readonly path: string;
}

/** Undefined until it is known, and where there is none. */
export function useProvider(): Provider | undefined {
  const [provider, setProvider] = useState<Provider>();
  useEffect(() => {
    // Who does not hear of it signs in by a token, and is told there what is wrong with the server.
    ask<{ readonly oidc?: Provider }>("/sign-in-ways").then(
      ({ body }) => setProvider(body.oidc),
      () => {},
    );
  }, []);
  return provider;
}

/** Leads to the provider, and back to the view that is open now. */
export const providerAddress = ({ path }: Provider, view: string) =>
  `${path}?${new URLSearchParams({ return: view })}`;

const failures: Readonly<Record<SignInFailure, string>> = {
  "no-name":
    "The provider says who you are, but not by a name that can go on record. Whoever set up the sign-in finds the reason in the audit. With a token you can sign in as before.",
  "no-role":
    "The provider knows you, but none of your groups gives you a role here. Ask whoever gives out access for a group that does.",
  "not-on-record":
    "The audit cannot be written, and nobody is let in who is not on record. Try again in a minute, or use a token.",
  "other-address":
    "The provider knows this console by another address. Open the page by that one, or use a token.",
  "provider-away":
    "The provider cannot be reached from here. Try again in a minute; a token works meanwhile.",
  "sign-in-refused":
    "The provider did not let you in, or its answer is not to be believed. The audit says why. Try again, or use a token.",
  "sign-in-unknown":
    "This sign-in was not begun in this browser within the last ten minutes, or it was finished already. Begin it here.",
};

/** Why a sign-in by the provider came to nothing, as the address says it, out of which it is taken. */
export function failureInAddress(): string | undefined {
  const code = /^#sign-in=([a-z-]+)$/.exec(location.hash)?.[1];
  if (code === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return Object.entries(failures).find(([each]) => each === code)?.[1];
}
