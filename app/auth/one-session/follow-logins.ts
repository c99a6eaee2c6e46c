import { subjects } from "../../contract/subjects.ts";
import { type Follower, followStored } from "../../shared/follow-stored.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { Login } from "./login.ts";
import { parseNews } from "./login-news.ts";

export interface LoginFollowing {
  /** As a user who may follow LOGINS of this region, or the mirror of a peer's. */
  readonly connection: NatsConnection;
  /** What was told before, in milliseconds since 1970, is left out. */
  readonly since: number;
  readonly onLogin: (login: Login) => void;
  /** Called each time that everything there is has been read. */
  readonly onRead?: () => void;
  readonly log: Logger;
}

/** Follows who logged in, as all replicas of a region tell it; each once or several times. */
export const followLogins = ({
  connection,
  since,
  onLogin,
  onRead,
  log,
}: LoginFollowing): Follower =>
  followStored({
    ...{ connection, log, ...(onRead && { onRead }) },
    stream: "LOGINS",
    filter: subjects.logins("*"),
    told: subjects.loginsTold("*"),
    from: { since },
    onMessage: ({ subject, data }) => {
      const logins = parseNews(data);
      if (logins) for (const login of logins) onLogin(login);
      else log.error({ subject }, "not news of logins");
    },
    what: "logins",
  });
