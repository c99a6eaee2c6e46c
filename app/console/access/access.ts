import type { Logger } from "../../shared/log.ts";
import type { ConsoleMetrics } from "../console-metrics.ts";
import { type AccessControl, type AccessLimits, createAccessControl } from "./access-control.ts";
import { type SessionLimits, Sessions } from "./sessions.ts";
import { SignInLinks } from "./sign-in-links.ts";
import type { TokenBook } from "./token-book.ts";
import { createTurnAway, type TurnAway } from "./turning-away.ts";

export interface AccessSettings {
  readonly tokens: TokenBook;
  readonly limits: AccessLimits;
  readonly sessionLimits: SessionLimits;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly metrics: Pick<ConsoleMetrics, "turnedAway">;
  readonly log: Logger;
}

/** Who gets in: by tokens, by sessions that stand for them, and by links that open sessions. */
export interface Access {
  readonly tokens: TokenBook;
  readonly sessions: Sessions;
  readonly links: SignInLinks;
  readonly turnAway: TurnAway;
  readonly control: AccessControl;
}

export function createAccess(settings: AccessSettings): Access {
  const { tokens, limits, sessionLimits, clock, metrics, log } = settings;
  const sessions = new Sessions({ tokens, limits: sessionLimits, clock });
  const links = new SignInLinks({ tokens, clock });
  const { failuresPerMinute } = limits;
  const turnAway = createTurnAway({ failuresPerMinute, metrics, log });
  const control = createAccessControl({ tokens, sessions, limits, turnAway, metrics, log });
  return { tokens, sessions, links, turnAway, control };
}
