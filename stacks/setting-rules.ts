import { z } from "zod";

/** One message for whatever is wrong with a value: what it must be. */
export const must = (allowed: string) => ({ error: `must be ${allowed}` });

export function whole(min: number, max: number) {
  const message = must(`a whole number from ${min} to ${max}`);
  return z.int(message).min(min, message).max(max, message);
}

/** Of something that a workload mounts and the operator makes. */
export const secretName = z
  .string(must("the name of a Kubernetes Secret in the namespace sentinel"))
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    must("the name of a Kubernetes Secret in the namespace sentinel"),
  );

export function matching(pattern: RegExp, allowed: string) {
  return z.string(must(allowed)).regex(pattern, must(allowed));
}
