import { Link } from "wouter";
import { useAsked } from "../data/asked.ts";
import { devicePath, type Device as Told } from "../data/devices.ts";
import { useTimes } from "../data/preferences.tsx";
import { Back } from "../parts/back.tsx";
import { DeviceActions } from "../parts/device-actions.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure } from "../parts/failure.tsx";
import { Status } from "../parts/status.tsx";
import { View, Waiting } from "../parts/view.tsx";
import { Labels } from "./devices.tsx";

/** One device, and what can be done about it. */
export function Device({ clientId }: { readonly clientId: string }) {
  const { answer, failure, waits, again } = useAsked<Told>(devicePath(clientId));
  return (
    <View title={clientId} aside={<Back href="/devices" to="All devices" />}>
      {failure && <Failure error={failure} again={again} />}
      {!answer && waits && <Waiting what="Reading the device" />}
      {answer && (
        <>
          <DeviceActions device={answer.body} etag={answer.etag} onChanged={again} />
          <DeviceFacts device={answer.body} />
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

function DeviceFacts({ device }: { readonly device: Told }) {
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
  return <Facts facts={facts} />;
}
