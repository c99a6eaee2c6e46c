/** Findings are hidden (no incident), or counted without telling anybody (no notices). */
export const exceptionKinds = ["exception", "silence"] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

/** Why one hides nothing any more. */
export const exceptionEndings = ["ended", "expired", "unmatched"] as const;
export type ExceptionEnding = (typeof exceptionEndings)[number];

/** Longest that one may be in force, in days. */
export const exceptionDays = 90;
/** One that hid nothing for so many days ends by itself. */
export const unmatchedDays = 14;
/** In force at a time. */
export const exceptionLimit = 100;

/** A UUID, since that is what Sigma's rules have. */
export const exceptionIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const isExceptionId = (text: string) => exceptionIdPattern.test(text);

/** The id of a client, or the beginning of ids. */
export const clientScopePattern = /^[A-Za-z0-9_-]{1,64}$|^[A-Za-z0-9_-]{1,63}\*$/;
export const clientScopeRule = "a client id, or the beginning of one and *";

/** Sigma's rules have UUIDs, other checks names. */
export const ruleIdPattern = /^[A-Za-z0-9._-]{1,100}$/;

/** Characters of what a person writes. */
export const reasonLimit = 500;
