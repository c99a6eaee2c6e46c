import { subjects } from "../../contract/subjects.ts";
import { type Follower, type Following, followStored } from "../../shared/follow-stored.ts";

export type ChangeFollowing = Pick<Following, "connection" | "onMessage" | "log">;

/**
 * Follows every change of the registry. At its start it begins with those of the last minute, for a
 * copy of the table that lags.
 */
export const followChanges = (following: ChangeFollowing): Follower =>
  followStored({
    ...following,
    stream: "REGISTRY_CHANGES",
    filter: subjects.registryChange("*"),
    told: subjects.registryChanged("*"),
    from: { since: Date.now() - 60_000 },
    what: "changes of the registry",
  });
