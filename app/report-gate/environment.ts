import { meteredShape } from "../meter/environment.ts";
import { count, readEnvironment } from "../shared/environment.ts";

const shape = {
  ...meteredShape,
  /** Room for reports that are not stored yet, in bytes. */
  HELD_BYTES: count.max(2 ** 31).default(64 * 1024 ** 2),
};

export const readReportGateEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
