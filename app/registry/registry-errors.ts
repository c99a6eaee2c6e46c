import { reservedRule } from "./reserved-ids.ts";

const conflicts = {
  exists: "exists already",
  changed: "is being changed by others all the time; try it again",
  reserved: `is not registered: a device's id ${reservedRule}`,
  stale: "is not as it was seen any more; read it again",
};

/** A write that must not happen, because the table is not as the writer thought, or the id is ours. */
export class DeviceConflict extends Error {
  override readonly name = "DeviceConflict";
  readonly code: "exists" | "changed" | "stale" | "reserved";

  constructor(code: DeviceConflict["code"], clientId: string, options?: ErrorOptions) {
    super(`device ${clientId} ${conflicts[code]}`, options);
    this.code = code;
  }
}

/** The table's item of a device is not a device record: nobody can say what a change should keep. */
export class UnreadableDevice extends Error {
  override readonly name = "UnreadableDevice";
  readonly reason: string;

  constructor(clientId: string, reason: string) {
    super(
      `the table's item of ${clientId} is not a device record (${reason}); revoke or delete it by force`,
    );
    this.reason = reason;
  }
}
