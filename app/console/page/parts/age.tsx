import { duration } from "../data/format.ts";
import { staleMs, useLive, useNow } from "../data/live.ts";
import { useTimes } from "../data/preferences.tsx";
import { Icon } from "./icons.tsx";

/** How old the figures are that a view shows. */
export function Age() {
  const { overview, receivedAt } = useLive();
  const now = useNow();
  const times = useTimes();
  if (!overview || receivedAt === undefined) return <p className="age">No figures yet</p>;
  return (
    <p className="age">
      As of <time>{times.short(overview.now.at)}</time> {times.zone}, {duration(now - receivedAt)}{" "}
      ago
    </p>
  );
}

/** Says so when the figures are older than they should be. */
export function StaleBanner() {
  const { receivedAt } = useLive();
  const now = useNow();
  const stale = receivedAt !== undefined && now - receivedAt > staleMs;
  return (
    <div role="status">
      {stale && (
        <div className="notice notice-bad banner">
          <Icon name="warn" />
          <p>
            The figures are {duration(now - receivedAt)} old: the server does not tell new ones.
            This page goes on asking; what is shown stays as it was.
          </p>
        </div>
      )}
    </div>
  );
}
