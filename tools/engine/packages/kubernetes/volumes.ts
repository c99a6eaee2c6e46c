import { isObject, type Properties, type Value } from "../../property-values.ts";

const claimType = "kubernetes:core/v1:PersistentVolumeClaim";
const units: Readonly<Record<string, number>> = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Bytes that a claim asks for. */
function requested(claim: Properties): number {
  const within = (value: Value | undefined, name: string) =>
    isObject(value) ? value[name] : undefined;
  const storage = ["spec", "resources", "requests", "storage"].reduce<Value | undefined>(
    within,
    claim,
  );
  const [, number, unit = ""] = /^(\d+)([MGT]i)$/.exec(String(storage)) ?? [];
  return Number(number ?? 0) * (units[unit] ?? 0);
}

/** A bound claim may grow; the API server refuses one that asks for less than it has. */
export function volumeRefusal(type: string, present: Properties, next: Properties) {
  if (type !== claimType || requested(next) >= requested(present)) return undefined;
  return "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity";
}
