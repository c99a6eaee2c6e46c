import { ask, keepProof, RequestFailed } from "./api.ts";

export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** Who is signed in. */
export interface Session {
  readonly name: string;
  readonly role: Role;
  readonly proof?: string;
  readonly endsAt?: string;
  /** What they signed in by. */
  readonly by: "token" | "oidc";
}

export const mayAct = (session: Session, needed: Role) =>
  roles.indexOf(session.role) >= roles.indexOf(needed);

/** How long a person may do nothing until the server is told again that they are there. */
const tellEveryMs = 60_000;

const kept = (session: Session): Session => {
  keepProof(session.proof);
  return session;
};

/** The session that the browser has a cookie of; undefined when it has none that is good. */
export async function currentSession(): Promise<Session | undefined> {
  try {
    return kept((await ask<Session>("/session")).body);
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 401) return undefined;
    throw error;
  }
}

export const signIn = async (by: { readonly token: string } | { readonly code: string }) =>
  kept((await ask<Session>("/session", { method: "POST", body: by })).body);

export async function signOut(everywhere: boolean): Promise<void> {
  await ask(`/session?everywhere=${everywhere}`, { method: "DELETE" });
  keepProof(undefined);
}

/** The code of a sign-in link, which is taken out of the address at once: it must not stay in the history. */
export function codeInAddress(): string | undefined {
  const code = /^#code=([A-Za-z0-9_-]+)$/.exec(location.hash)?.[1];
  if (code !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Keeps a session from ending while its person is there. @returns ends it. */
export function tellActivity(): () => void {
  let toldAt = Date.now();
  const tell = () => {
    if (Date.now() - toldAt < tellEveryMs) return;
    toldAt = Date.now();
    ask("/session").catch(() => {});
  };
  const kinds = ["pointerdown", "keydown"] as const;
  for (const kind of kinds) addEventListener(kind, tell, { passive: true });
  return () => {
    for (const kind of kinds) removeEventListener(kind, tell);
  };
}
