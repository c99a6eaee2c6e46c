import { z } from "zod";
import { isClientId } from "../../contract/client-id.ts";
import type { KnownStatus } from "../../contract/device.ts";
import type { Lookup } from "../callout/decide.ts";

/** Ids of one request at most. */
export const statusRequestLimit = 1_000;

const RequestSchema = z.array(z.string()).max(statusRequestLimit);

export type StatusAnswer =
  | { readonly statuses: Readonly<Record<string, KnownStatus>>; readonly problem?: never }
  | { readonly statuses?: never; readonly problem: string };

/**
 * Answers which devices exist and how they stand. An id whose status cannot be told now, because
 * the registry or the record cannot be read, is left out of the answer: the asker decides what that means.
 */
export async function answerStatusRequest(
  data: Uint8Array,
  lookup: (clientId: string) => Promise<Lookup>,
): Promise<StatusAnswer> {
  const request = RequestSchema.safeParse(parseJson(data));
  if (!request.success) {
    return {
      problem: `the request must be a JSON array of at most ${statusRequestLimit} client ids`,
    };
  }
  const ids = [...new Set(request.data)];
  const statuses = await Promise.all(ids.map((id) => statusOf(id, lookup)));
  const known = ids.flatMap((id, i): [string, KnownStatus][] => {
    const status = statuses[i];
    return status === undefined ? [] : [[id, status]];
  });
  return { statuses: Object.fromEntries(known) };
}

async function statusOf(
  clientId: string,
  lookup: (clientId: string) => Promise<Lookup>,
): Promise<KnownStatus | undefined> {
  if (!isClientId(clientId)) return "unknown";
  const found = await lookup(clientId);
  if (found.kind === "unavailable" || found.kind === "damaged") return undefined;
  return found.kind === "found" ? found.record.status : "unknown";
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString("utf8"));
  } catch {
    return undefined;
  }
}
