/** What the audit calls people who use the API begins with it, and what it calls nobody else. */
export const apiActor = "api:";

/** Who asks says for whom; that the other one asked, it cannot say. */
export const isOwnActor = (asker: string | undefined, actor: string): boolean =>
  (asker === "console") === actor.startsWith(apiActor);
