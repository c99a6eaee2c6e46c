/**
 * The prefix makes browsers refuse the cookie unless it is Secure, for the whole host and without a Domain: no
 * neighbouring host can set it.
 */
const cookieName = "__Host-sentinel-session";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Strict";
const wanted = new RegExp(`(?:^|;\\s*)${cookieName}=([A-Za-z0-9_-]{43})(?:;|$)`);

/** The session that a browser sends, as a `Cookie` header has it. */
export const sessionIdIn = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : wanted.exec(header.slice(0, 8_192))?.[1];

/** A `Set-Cookie` header. It ends with the browser, and before that when the server says so. */
export const sessionCookie = (id: string) => `${cookieName}=${id}; ${attributes}`;

export const endedCookie = `${cookieName}=; ${attributes}; Max-Age=0`;
