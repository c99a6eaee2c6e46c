/** How figures are written: aligned, with units, the same in every view. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
export const noValue = "–";

export const count = (value: number | undefined) =>
  value === undefined ? noValue : whole.format(value);

/** Below a hundred with tenths: 0.4 alerts a second are some. */
export const rate = (value: number | undefined) =>
  value === undefined ? noValue : (value < 100 ? tenths : whole).format(value);

export const megabytes = (bytes: number | undefined) =>
  bytes === undefined ? noValue : `${whole.format(bytes / 1e6)} MB`;

/** `3 d 4 h`, with two units at most. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  if (first === -1) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([value], i) => i === 0 || value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

export type Zone = "utc" | "local";

/** `2026-11-27 20:01:05`, in UTC or as clocks are here. */
export function dateTime(value: number | string, zone: Zone): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return noValue;
  const minutes = zone === "utc" ? 0 : date.getTimezoneOffset();
  return new Date(date.getTime() - minutes * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

export const timeOfDay = (value: number, zone: Zone) => dateTime(value, zone).slice(11);

/** What stands behind a time: `UTC`, or the difference from it. */
export function zoneName(zone: Zone, at = new Date()): string {
  if (zone === "utc") return "UTC";
  const minutes = -at.getTimezoneOffset();
  const [sign, all] = [minutes < 0 ? "−" : "+", Math.abs(minutes)];
  const two = (value: number) => String(value).padStart(2, "0");
  return `UTC${sign}${two(Math.floor(all / 60))}:${two(all % 60)}`;
}
