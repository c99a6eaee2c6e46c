import type { Session } from "./session.ts";

/** Who is there: not known yet, nobody (and why), somebody, or somebody who has opened a sign-in link. */
export type Person =
  | { readonly is: "unknown" }
  | { readonly is: "nobody"; readonly said?: string; readonly note?: string }
  | { readonly is: "there"; readonly session: Session }
  | { readonly is: "asked"; readonly session: Session; readonly code: string };

interface Asking {
  /** Whose cookie the browser has. */
  readonly current: () => Promise<Session | undefined>;
  /** Signs in by a link, which is spent by it. */
  readonly redeem: (code: string) => Promise<Session>;
}

/**
 * Who is there when the page is opened. Whoever is signed in is asked first: a link that somebody else
 * has sent must not have them work in that one's name.
 *
 * @param code of the link by which it was opened.
 * @param said what became of a sign-in elsewhere, from which the page was opened.
 */
export async function whoIsThere(
  code: string | undefined,
  { current, redeem }: Asking,
  said?: string,
): Promise<Person> {
  try {
    const session = await current();
    if (session && code !== undefined) return { is: "asked", session, code };
    if (session) return { is: "there", session };
    if (code === undefined) return { is: "nobody", ...(said !== undefined && { said }) };
    return { is: "there", session: await redeem(code) };
  } catch (error) {
    return { is: "nobody", said: (error as Error).message };
  }
}
