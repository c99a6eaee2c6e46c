import { countLimit, type DeviceIndex, type DevicePage } from "../data/devices.ts";
import { count, duration } from "../data/format.ts";
import { useNow } from "../data/live.ts";
import { useTimes } from "../data/preferences.tsx";
import { Icon } from "./icons.tsx";

/** Changes come within seconds: from then on it is said that they do not. */
const staleMs = 60_000;

/** Says so where a search may miss devices, and why. */
export function IndexNotice({ index }: { readonly index: DeviceIndex }) {
  const now = useNow(30_000);
  const times = useTimes();
  const { complete, read, about, asOf } = index;
  const behindMs = asOf === undefined ? 0 : now - Date.parse(asOf);
  return (
    <div role="status">
      {!complete && (
        <p className="notice notice-warn">
          <Icon name="warn" />
          <span>
            The device table is being read for the search: {count(read)}
            {about !== undefined && about >= read && ` of about ${count(about)}`} devices so far.
            Those that were not read yet are missing here; Enter opens any device by its whole id.
          </span>
        </p>
      )}
      {complete && asOf !== undefined && behindMs > staleMs && (
        <p className="notice notice-warn">
          <Icon name="warn" />
          <span>
            The search has not heard of changes since {times.full(asOf)} {times.zone}, for{" "}
            {duration(behindMs)}: devices that came or changed since may be missing. What is shown
            of those that are found is as it is now.
          </span>
        </p>
      )}
    </div>
  );
}

/** How many were found, and until when the search knows what changed. */
export function Found({ page }: { readonly page: DevicePage }) {
  const times = useTimes();
  const { found, index } = page;
  const all = found > countLimit ? `more than ${count(countLimit)}` : count(found);
  return (
    <p className="age">
      <span role="status">{found === 0 ? "none" : all} found</span>
      {index.asOf !== undefined && `, as of ${times.short(Date.parse(index.asOf))} ${times.zone}`}
    </p>
  );
}
