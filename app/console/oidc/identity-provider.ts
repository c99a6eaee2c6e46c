import { readFileSync } from "node:fs";
import * as client from "openid-client";
import { type OidcSettings, oidcPaths } from "../../contract/oidc.ts";
import { boundedFetch, ProviderAway } from "./bounded-fetch.ts";

/** What an answer of the provider has to fit to. Known to nobody but this process. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** What the provider says of a person, verified. */
export type Claims = Readonly<Record<string, unknown>> & {
  readonly iss: string;
  readonly sub: string;
};

/** The provider has refused the person, or what came in its name is not believed. */
export class AnswerRefused extends Error {
  override readonly name = "AnswerRefused";
}

/** For one answer of the provider. A sign-in takes up to three. */
const timeoutSeconds = 5;
/** How far its clock may be off. */
const toleranceSeconds = 30;
/** After so long its document is read again; while it is away, at most once in the other. */
const [freshMs, restMs] = [3_600_000, 5_000];
/** Answers that are verified at a time. */
const atOnce = 20;

export interface IdentityProviderOptions {
  readonly settings: OidcSettings;
  /** Read for each sign-in, so that a renewed secret counts at once. Undefined: a public client. */
  readonly clientSecretFile: string | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * A provider of OpenID Connect, as one client of it: code flow with PKCE, its tokens verified by its keys. Document
 * and keys are kept for a while; an old document serves for as long as the provider is away.
 */
export class IdentityProvider {
  readonly #options: IdentityProviderOptions;
  #known: { readonly config: client.Configuration; readonly at: number } | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;
  #asking: Promise<client.Configuration> | undefined;
  #pending = 0;

  constructor(options: IdentityProviderOptions) {
    this.#options = options;
  }

  /** Where the browser goes to sign in. @throws ProviderAway */
  async begin(): Promise<{ readonly url: URL; readonly checks: Checks }> {
    const config = await this.#configuration();
    const checks = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const { settings } = this.#options;
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: `${settings.consoleUrl}${oidcPaths.callback}`,
      scope: settings.scopes.join(" "),
      ...{ state: checks.state, nonce: checks.nonce },
      code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: "S256",
    });
    return { url, checks };
  }

  /**
   * Exchanges the code with which the browser came back.
   *
   * @param query as it was in the address of the callback, with its question mark
   * @throws ProviderAway or AnswerRefused
   */
  async finish(query: string, { state, nonce, verifier }: Checks): Promise<Claims> {
    const config = await this.#configuration();
    if (this.#pending >= atOnce) throw new ProviderAway(`${atOnce} sign-ins are under way already`);
    this.#pending++;
    try {
      const { consoleUrl } = this.#options.settings;
      const tokens = await client.authorizationCodeGrant(
        config,
        new URL(`${consoleUrl}${oidcPaths.callback}${query}`),
        {
          ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
          idTokenExpected: true,
        },
      );
      return tokens.claims() as Claims;
    } catch (error) {
      throw isAway(error) ? awayBy(error) : refusedBy(error);
    } finally {
      this.#pending--;
    }
  }

  async #configuration(): Promise<client.Configuration> {
    const now = this.#options.clock();
    const known = this.#known;
    if (known && now < known.at + freshMs) return known.config;
    try {
      if (this.#failed && now < this.#failed.at + restMs) throw this.#failed.error;
      this.#asking ??= this.#discover().finally(() => {
        this.#asking = undefined;
      });
      return await this.#asking;
    } catch (error) {
      if (known) return known.config;
      throw awayBy(error);
    }
  }

  async #discover(): Promise<client.Configuration> {
    const { settings, clock } = this.#options;
    const metadata = { [client.clockTolerance]: toleranceSeconds };
    try {
      const config = await client.discovery(
        ...([
          new URL(settings.issuer),
          settings.clientId,
          metadata,
          this.#authentication(),
        ] as const),
        {
          timeout: timeoutSeconds,
          [client.customFetch]: boundedFetch as client.CustomFetch,
          // The library would believe the TLS of the token endpoint; so the keys have to fit, too.
          execute: [client.enableNonRepudiationChecks],
        },
      );
      this.#known = { config, at: clock() };
      this.#failed = undefined;
      return config;
    } catch (error) {
      this.#failed = { error, at: clock() };
      throw error;
    }
  }

  /** The way that every provider has to know (RFC 6749, 2.3.1), unless it says that it does not. */
  #authentication(): client.ClientAuth {
    const { clientSecretFile } = this.#options;
    if (clientSecretFile === undefined) return client.None();
    return (as, ...rest) => {
      const secret = readFileSync(clientSecretFile, "utf8").trim();
      const takesBasic = as.token_endpoint_auth_methods_supported?.includes("client_secret_basic");
      const way = takesBasic === false ? client.ClientSecretPost : client.ClientSecretBasic;
      return way(secret)(as, ...rest);
    };
  }
}

/** What the library says of answers that are no answers. */
const awayCodes = new Set([
  ...["OAUTH_TIMEOUT", "OAUTH_ABORT", "OAUTH_PARSE_ERROR"],
  ...["OAUTH_RESPONSE_IS_NOT_CONFORM", "OAUTH_RESPONSE_IS_NOT_JSON"],
]);

function isAway(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (each instanceof ProviderAway || awayCodes.has(String(code))) return true;
    // Of the secret's file.
    if (code === "ENOENT" || code === "EACCES") return true;
  }
  return false;
}

function awayBy(error: unknown): ProviderAway {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof ProviderAway) return each;
  }
  return new ProviderAway((error as Error).message, { cause: error });
}

function refusedBy(error: unknown): AnswerRefused {
  const { message, error: said } = error as Error & { error?: unknown };
  return new AnswerRefused(typeof said === "string" ? said : message, { cause: error });
}
