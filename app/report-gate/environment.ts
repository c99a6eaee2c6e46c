import { canarySeconds } from "../contract/canary.ts";
import { meteredShape } from "../meter/environment.ts";
import { count, port, readEnvironment } from "../shared/environment.ts";

const shape = {
  ...meteredShape,
  /** Room for reports that are not stored yet, in bytes. */
  HELD_BYTES: count.max(2 ** 31).default(64 * 1024 ** 2),
  /** Where the edge beside listens for devices. */
  MQTT_PORT: port.min(1),
  /**
   * A device's connection ends when nothing has come from it for so long: one and a half times the
   * longest keep-alive that the entrance allows (340 s), so that nats-server ends all others.
   */
  SILENT_SECONDS: count.max(86_400).default(510),
  /** How often a synthetic attack is sent, which the aggregator must see. */
  CANARY_SECONDS: count.max(86_400).default(canarySeconds),
};

export const readReportGateEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
