import { Link } from "wouter";
import { useAsked } from "../data/asked.ts";
import { devicePath, type Device as Told } from "../data/devices.ts";
import { useTimes } from "../data/preferences.tsx";
import { DeviceActions } from "../parts/device-actions.tsx";
import { Failure } from "../parts/failure.tsx";
import { Icon } from "../parts/icons.tsx";
import { Status } from "../parts/status.tsx";
import { View, Waiting } from "../parts/view.tsx";
import { Labels } from "./devices.tsx";

/** One device, and what can be done about it. */
export function Device({ clientId }: { readonly clientId: string }) {
  const { answer, failure, waits, again } = useAsked<Told>(devicePath(clientId));
  return (
    <View
      title={clientId}
      aside={
        <Link href="/devices" className="back">
          <Icon name="back" /> All devices
        </Link>
      }
    >
      {failure && <Failure error={failure} again={again} />}
      {!answer && waits && <Waiting what="Reading the device" />}
      {answer && (
        <>
          <DeviceActions device={answer.body} etag={answer.etag} onChanged={again} />
          <Facts device={answer.body} />
          <p>
            <Link href={`/audit?client=${encodeURIComponent(clientId)}`}>
              What is on record of it
            </Link>
            {" · "}
            <Link href={`/incidents?client=${encodeURIComponent(clientId)}`}>
              Incidents that name it
            </Link>
            {" · "}
            <Link href={`/quarantine?client=${encodeURIComponent(clientId)}`}>
              What was held back of it
            </Link>
          </p>
        </>
      )}
    </View>
  );
}

function Facts({ device }: { readonly device: Told }) {
  const times = useTimes();
  const facts = [
    ["Status", <Status key="status" name={device.status} />],
    ["Home region", device.region ?? "–"],
    ["Labels", <Labels key="labels" labels={device.labels} />],
    ["Registered", `${times.full(device.createdAt)} ${times.zone}`],
    ["Changed", `${times.full(device.changedAt)} ${times.zone}`],
    ["Changed by", device.changedBy ?? "–"],
    ["Version", device.version],
    [
      "Old secret good until",
      device.previousSecretUntil
        ? `${times.full(device.previousSecretUntil)} ${times.zone}`
        : "It has one secret only",
    ],
    ["Certificate pinned", device.certificateFingerprint ?? "None"],
  ] as const;
  return (
    <section className="panel" aria-label="What is known of it">
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
