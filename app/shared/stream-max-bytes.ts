import { type StreamBounds, streamBounds, streamNames } from "../contract/stream-bounds.ts";
import { list } from "./environment.ts";

/** How the environment writes bounds: `INGRESS=4294967296,AUDIT=1073741824`. */
export const boundsText = (bounds: StreamBounds): string =>
  streamNames.map((name) => `${name}=${bounds[name]}`).join(",");

/** Reads what `boundsText` writes. A stream that is not named has its bound of one machine. */
export const streamMaxBytes = list.transform((items, context): StreamBounds => {
  const bounds: Record<string, number> = { ...streamBounds };
  for (const item of items) {
    const [, name = "", bytes] = /^([^=]+)=([1-9]\d{0,14})$/.exec(item) ?? [];
    if (Object.hasOwn(bounds, name)) bounds[name] = Number(bytes);
    else
      context.addIssue(
        `must be stream=bytes, comma separated, of ${streamNames.join(", ")}; "${item}" is not`,
      );
  }
  return bounds as StreamBounds;
});
