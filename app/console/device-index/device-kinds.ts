import { deviceStatuses } from "../../contract/device.ts";
import { regionNames } from "../../contract/regions.ts";

/** What a device of the index can be; `damaged`: its item cannot be read as a record. */
export const indexedStatuses = [...deviceStatuses, "damaged"] as const;
export type IndexedStatus = (typeof indexedStatuses)[number];

/**
 * Status and home region in one small number, so that devices can be looked for by one of them or by
 * both along the same index. Regions that the contract does not know count as none.
 */
export type DeviceKind = number;

const regions: readonly (string | undefined)[] = [undefined, ...regionNames];

export const kindOf = (status: IndexedStatus, region: string | undefined): DeviceKind =>
  indexedStatuses.indexOf(status) * regions.length + Math.max(0, regions.indexOf(region));

/** All kinds that fit; undefined when any does. */
export function kindsOf(filter: {
  readonly status?: IndexedStatus | undefined;
  readonly region?: string | undefined;
}): readonly DeviceKind[] | undefined {
  const { status, region } = filter;
  if (status === undefined && region === undefined) return undefined;
  return allKinds.filter(
    (kind) =>
      (status === undefined || statusOf(kind) === status) &&
      (region === undefined || regions[kind % regions.length] === region),
  );
}

const statusOf = (kind: DeviceKind) => indexedStatuses[Math.floor(kind / regions.length)];

export const allKinds: readonly DeviceKind[] = Array.from(
  { length: indexedStatuses.length * regions.length },
  (_, kind) => kind,
);
