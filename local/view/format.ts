export const whole = (n: number) => Math.round(n).toLocaleString("en-US");

/** Milliseconds with the digits that matter; a dash for what was not measured. */
export function ms(value: number | undefined): string {
  if (value === undefined) return "–";
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole(value);
}

/** Of a share from 0 to 1. */
export const percent = (share: number) => `${Math.round(100 * share)} %`;

/** `1h 2m 3s` without the leading zeros. */
export function duration(seconds: number): string {
  const parts = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    Math.floor(seconds) % 60,
  ];
  const first = parts.findIndex((part) => part > 0);
  return parts
    .map((part, i) => `${part}${"hms"[i]}`)
    .slice(first === -1 ? 2 : first)
    .join(" ");
}
