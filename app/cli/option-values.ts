import { InvalidArgumentError } from "commander";
import { clientIdRule, isClientId } from "../contract/client-id.ts";
import { isLabel, labelRule } from "../registry/device-record.ts";
import { isPrintable } from "../shared/printable.ts";

/** Collects values of an argument or option that may come several times. */
export function collect(check: (value: string) => boolean, complaint: string) {
  return (value: string, earlier: readonly string[] = []) => {
    if (!check(value)) throw new InvalidArgumentError(complaint);
    return [...earlier, value];
  };
}

export const clientIds = collect(isClientId, `A client id is ${clientIdRule}.`);
export const labelList = collect(isLabel, `A label is ${labelRule}`);

export function clientId(value: string): string {
  return clientIds(value)[0] ?? value;
}

export function label(value: string): string {
  return labelList(value)[0] ?? value;
}

/** In milliseconds. */
export function duration(value: string): number {
  const [, amount, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(value) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit ?? ""];
  if (seconds === undefined) throw new InvalidArgumentError("A time is a number and s, m, h or d.");
  return Number(amount) * seconds * 1000;
}

export function positive(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError("It is a number from 1 on.");
  return Number(value);
}

/** Why somebody decides something, in one line. */
export const reasonWithin = (limit: number) => (value: string) => {
  if (value.trim().length >= 3 && isPrintable(value, limit)) return value;
  throw new InvalidArgumentError(`It says why, in one line of 3 to ${limit} characters.`);
};

export const examples = (...lines: string[]) =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
