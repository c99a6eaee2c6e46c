import { Link, useLocation, useSearchParams } from "wouter";
import { useAsked } from "../data/asked.ts";
import { type Device, type DevicePage, devicePath, filters, listPath } from "../data/devices.ts";
import { count } from "../data/format.ts";
import { useTimes } from "../data/preferences.tsx";
import { DeviceFilters } from "../parts/device-filters.tsx";
import { Failure } from "../parts/failure.tsx";
import { Icon } from "../parts/icons.tsx";
import { Pager } from "../parts/pager.tsx";
import { Status } from "../parts/status.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** The fleet, page by page. What is looked for stands in the address. */
export function Devices() {
  const [address] = useSearchParams();
  const { answer, failure, waits, again } = useAsked<DevicePage>(listPath(address));
  const page = answer?.body;
  return (
    <View title="Devices">
      <DeviceFilters />
      {failure && <Failure error={failure} again={again} />}
      {!page && waits && <Waiting what="Reading the device table" />}
      {page && <Rows page={page} />}
    </View>
  );
}

function Rows({ page }: { readonly page: DevicePage }) {
  const [address] = useSearchParams();
  const { devices, unreadable, scanned, next } = page;
  const isNarrowed = filters.some((name) => address.get(name));
  return (
    <section className="panel" aria-label="Devices of this page">
      {devices.length > 0 ? (
        <DeviceTable devices={devices} />
      ) : (
        <p className="empty">
          {next === undefined
            ? isNarrowed
              ? "No device fits. Take a filter away, or look for one by its whole id."
              : "No device is registered yet. Add them with sentinel devices add, or import a table."
            : "None on this page; the table goes on."}
        </p>
      )}
      {unreadable.map(({ clientId, reason }) => (
        <p key={clientId} className="notice notice-warn">
          <Icon name="warn" />
          <span>
            The record of <code>{clientId}</code> is damaged: {reason}
          </span>
        </p>
      ))}
      <Pager next={next}>
        {count(devices.length)} shown, {count(scanned)} looked at
        {next === undefined ? ": the end of the table" : ""}
      </Pager>
    </section>
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
