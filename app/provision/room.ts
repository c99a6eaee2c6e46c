import type { CurrentStream } from "./plan.ts";

/** A bound leaves so much more than the stream holds, as a plan does. */
const headroom = 1.25;

/**
 * The definition with the bound that the stream has, where the wanted one is lower and what the stream
 * holds would not fit with room to spare. A stream that drops would lose messages; one that refuses would
 * be full at once, and with AUDIT full nobody logs in. The volumes are never made smaller, so there
 * is room. A later run lowers the bound, when what the larger fleet has left is gone by its age.
 */
export function withRoom<D extends { readonly max_bytes: number }>(
  wanted: D,
  current: CurrentStream | undefined,
): D {
  const { max_bytes: had } = (current?.config ?? {}) as { max_bytes?: number };
  if (current === undefined || had === undefined || had <= wanted.max_bytes) return wanted;
  return current.bytes * headroom <= wanted.max_bytes ? wanted : { ...wanted, max_bytes: had };
}
