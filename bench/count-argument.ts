import { InvalidArgumentError } from "commander";

/** Of a command line. */
export function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a whole number from 0.");
}
