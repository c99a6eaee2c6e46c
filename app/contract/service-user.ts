import type { Account } from "./accounts.ts";
import type { Call } from "./calls.ts";

export interface ServiceUser {
  readonly name: string;
  readonly account: Account;
  /** What it may ask of other accounts. */
  readonly calls?: readonly Call[];
  /** What else it may publish: it goes no further than its own account. */
  readonly publish?: readonly string[];
  readonly subscribe: readonly string[];
  /** Where it may connect; otherwise to the core. */
  readonly at?: "edge";
  /** May answer requests, whatever the reply subject is. */
  readonly responds?: boolean;
}

/** Each user has an inbox of its own, so that no service can read another's replies. */
export const inboxPrefix = (user: string) => `_INBOX_${user}`;
export const inbox = (user: string) => `${inboxPrefix(user)}.>`;

/** Everything that a user may publish. */
export const publishable = (user: ServiceUser): readonly string[] => [
  ...(user.calls ?? []).map(({ subject }) => subject),
  ...(user.publish ?? []),
];

/** Environment variable of nats-server that holds a user's password. */
export const passwordVariable = (user: string) =>
  `SENTINEL_PASSWORD_${user.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
