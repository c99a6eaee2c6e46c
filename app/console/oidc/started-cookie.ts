/**
 * Lax, unlike the session's: the browser comes back from the provider, another site. It is worth nothing but together
 * with an answer of the provider to the very sign-in that this browser has begun.
 */
const cookieName = "__Host-sentinel-sign-in";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
const wanted = new RegExp(`(?:^|;\\s*)${cookieName}=([A-Za-z0-9_-]{43})(?:;|$)`);

/** The sign-in that a browser has begun, as a `Cookie` header has it. */
export const startedIdIn = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : wanted.exec(header.slice(0, 8_192))?.[1];

/** A `Set-Cookie` header. */
export const startedCookie = (id: string, lifeMs: number) =>
  `${cookieName}=${id}; ${attributes}; Max-Age=${Math.floor(lifeMs / 1_000)}`;

export const spentCookie = `${cookieName}=; ${attributes}; Max-Age=0`;
