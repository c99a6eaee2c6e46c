import { createContext, useContext } from "react";
import type { Session } from "./session.ts";

const Context = createContext<Session | undefined>(undefined);
export const SignedIn = Context.Provider;

/** Who is signed in: every view but that of signing in has somebody. */
export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("a view stands outside of a session");
  return session;
}
