import { z } from "zod";
import { subjects } from "../contract/subjects.ts";
import { type RegistryChange, registryChangeKinds } from "./registry-change.ts";

/** `swept`: a sweep found that a record no longer is what a session of its device began with. */
export const toldKinds = [...registryChangeKinds, "swept"] as const;
export type ToldKind = (typeof toldKinds)[number];

/** What every region is told of a change, through REGISTRY_CHANGES. */
export interface ToldChange {
  readonly clientId: string;
  readonly kind: ToldKind;
  /**
   * Records of an older version are not to be believed. Of a deleted record, one more than it had:
   * a copy of the table in another region may still have it.
   */
  readonly version: number;
}

const BodySchema = z.object({ kind: z.enum(toldKinds), version: z.int().nonnegative() });
const prefix = subjects.registryChange("");

export const toldChange = ({ clientId, kind, version }: RegistryChange): ToldChange => ({
  clientId,
  kind,
  version: kind === "deleted" ? version + 1 : version,
});

/**
 * Whether caches have to forget the device. Not a new one: nobody remembers for more than seconds that
 * it was unknown, and where its id had another device before, a copy of the table may still have that
 * one, whose version is higher.
 */
export const emptiesCaches = (kind: ToldKind): boolean => kind !== "created";

/** They take nothing away from a device. */
const harmless: ReadonlySet<ToldKind> = new Set(["created", "resumed", "labelled", "unpinned"]);

/** Whether sessions that began before the change have to end; the others only need be read anew. */
export const endsSessions = (kind: ToldKind): boolean => !harmless.has(kind);

export function changeMessage({ clientId, kind, version }: ToldChange) {
  const body = Buffer.from(JSON.stringify({ kind, version }));
  return { subject: subjects.registryChange(clientId), body };
}

/** Undefined for what is not a change. */
export function parseChange(subject: string, body: Uint8Array): ToldChange | undefined {
  if (!subject.startsWith(prefix)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
  const result = BodySchema.safeParse(value);
  if (!result.success) return undefined;
  return { clientId: subject.slice(prefix.length), ...result.data };
}
