import { useEffect, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { useAsked } from "../data/asked.ts";
import { type Device, type DevicePage, devicePath, filters, listPath } from "../data/devices.ts";
import { count } from "../data/format.ts";
import { useTimes } from "../data/preferences.tsx";
import { DeviceFilters } from "../parts/device-filters.tsx";
import { Failure } from "../parts/failure.tsx";
import { Icon } from "../parts/icons.tsx";
import { Found, IndexNotice } from "../parts/index-age.tsx";
import { Pager } from "../parts/pager.tsx";
import { Status } from "../parts/status.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** How often is asked again while the search does not know all devices yet. */
const againMs = 5_000;

/** The fleet, searched. What is looked for stands in the address. */
export function Devices() {
  const [address] = useSearchParams();
  const { answer, failure, waits, again } = useAsked<DevicePage>(listPath(address));
  const page = useLast(answer?.body, waits);
  const isIncomplete = page?.index.complete === false;
  useEffect(() => {
    if (!isIncomplete || waits) return;
    const timer = setTimeout(again, againMs);
    return () => clearTimeout(timer);
  }, [isIncomplete, waits, again]);
  return (
    <View title="Devices" aside={page && <Found page={page} />}>
      <DeviceFilters />
      {failure && <Failure error={failure} again={again} />}
      {!page && waits && <Waiting what="Searching the devices" />}
      {page && (
        <>
          <IndexNotice index={page.index} />
          <Rows page={page} waits={waits} />
        </>
      )}
    </View>
  );
}

/** What was there before stays while the next is waited for: nothing jumps while somebody types. */
function useLast(page: DevicePage | undefined, waits: boolean): DevicePage | undefined {
  const [last, setLast] = useState(page);
  useEffect(() => {
    if (page) setLast(page);
  }, [page]);
  return page ?? (waits ? last : undefined);
}

function Rows({ page, waits }: { readonly page: DevicePage; readonly waits: boolean }) {
  const { devices, unreadable, next } = page;
  return (
    <section className="panel" aria-label="Devices of this page" aria-busy={waits}>
      {devices.length > 0 && <DeviceTable devices={devices} />}
      {devices.length + unreadable.length === 0 && <Nothing page={page} />}
      {unreadable.map(({ clientId, reason }) => (
        <p key={clientId} className="notice notice-warn">
          <Icon name="warn" />
          <span>
            The record of <code>{clientId}</code> is damaged: {reason}
          </span>
        </p>
      ))}
      <Pager next={next}>{count(devices.length + unreadable.length)} shown</Pager>
    </section>
  );
}

function Nothing({ page }: { readonly page: DevicePage }) {
  const [address] = useSearchParams();
  const isNarrowed = filters.some((name) => address.get(name));
  if (page.next !== undefined) return <p className="empty">None on this page; the list goes on.</p>;
  if (!page.index.complete) return <p className="empty">None so far.</p>;
  return (
    <p className="empty">
      {isNarrowed
        ? "No device fits. Take a filter away, or press Enter to open a device by its whole id."
        : "No device is registered yet. Add them with sentinel devices add, or import a table."}
    </p>
  );
}

function DeviceTable({ devices }: { readonly devices: readonly Device[] }) {
  const times = useTimes();
  const [, navigate] = useLocation();
  return (
    <div className="wide">
      <table className="table table-linked">
        <caption className="for-readers">Devices</caption>
        <thead>
          <tr>
            <th scope="col">Client id</th>
            <th scope="col">Status</th>
            <th scope="col" className="minor">
              Home region
            </th>
            <th scope="col" className="minor">
              Labels
            </th>
            <th scope="col">Changed, {times.zone}</th>
            <th scope="col" className="minor">
              By
            </th>
          </tr>
        </thead>
        <tbody>
          {devices.map(({ clientId, status, region, labels, changedAt, changedBy }) => (
            // The link in the row is for the keyboard.
            <tr key={clientId} onClick={() => navigate(devicePath(clientId))}>
              <th scope="row" className="mono">
                <Link href={devicePath(clientId)}>{clientId}</Link>
              </th>
              <td>
                <Status name={status} />
              </td>
              <td className="minor">{region ?? "–"}</td>
              <td className="minor">
                <Labels labels={labels} />
              </td>
              <td className="figures">{times.full(changedAt)}</td>
              <td className="minor">{changedBy ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const Labels = ({ labels }: { readonly labels: readonly string[] }) =>
  labels.length === 0 ? (
    "–"
  ) : (
    <ul className="labels" aria-label="Labels">
      {labels.map((label) => (
        <li key={label}>{label}</li>
      ))}
    </ul>
  );
