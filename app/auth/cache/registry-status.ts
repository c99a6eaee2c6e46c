import { z } from "zod";
import { isClientId } from "../../contract/client-id.ts";
import { type KnownStatus, labelsRequestLimit } from "../../contract/device.ts";
import { parseJson } from "../../contract/parse-json.ts";
import type { Lookup } from "../callout/decide.ts";

/** Ids of one request for how devices stand at most. */
export const statusRequestLimit = 1_000;

export type RegistryAnswer<T> =
  | { readonly answer: Readonly<Record<string, T>>; readonly problem?: never }
  | { readonly answer?: never; readonly problem: string };

/**
 * Answers which devices exist and how they stand. An id whose status cannot be told now, because
 * the registry or the record cannot be read, is left out of the answer: the asker decides what that means.
 */
export const answerStatusRequest = (
  data: Uint8Array,
  lookup: (clientId: string) => Promise<Lookup>,
): Promise<RegistryAnswer<KnownStatus>> =>
  answerOf(data, statusRequestLimit, async (clientId) => {
    if (!isClientId(clientId)) return "unknown";
    const found = await lookup(clientId);
    if (found.kind === "unavailable" || found.kind === "damaged") return undefined;
    return found.kind === "found" ? found.record.status : "unknown";
  });

/** The same of the labels that devices have; what is no device has none. */
export const answerLabelsRequest = (
  data: Uint8Array,
  lookup: (clientId: string) => Promise<Lookup>,
): Promise<RegistryAnswer<readonly string[]>> =>
  answerOf(data, labelsRequestLimit, async (clientId) => {
    if (!isClientId(clientId)) return [];
    const found = await lookup(clientId);
    if (found.kind === "unavailable" || found.kind === "damaged") return undefined;
    return found.kind === "found" ? found.record.labels : [];
  });

async function answerOf<T>(
  data: Uint8Array,
  limit: number,
  tell: (clientId: string) => Promise<T | undefined>,
): Promise<RegistryAnswer<T>> {
  const request = z.array(z.string()).max(limit).safeParse(parseJson(data));
  if (!request.success) {
    return { problem: `the request must be a JSON array of at most ${limit} client ids` };
  }
  const ids = [...new Set(request.data)];
  const told = await Promise.all(ids.map(tell));
  const known = ids.flatMap((id, i): [string, T][] => {
    const each = told[i];
    return each === undefined ? [] : [[id, each]];
  });
  return { answer: Object.fromEntries(known) };
}
