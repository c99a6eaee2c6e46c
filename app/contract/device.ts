/** Where a device stands in the registry. `unknown`: there is no such device. */
export const deviceStatuses = ["active", "suspended", "revoked"] as const;
export type DeviceStatus = (typeof deviceStatuses)[number];
export type KnownStatus = DeviceStatus | "unknown";

/** The table of all devices, and its only key. */
export const defaultDeviceTable = "sentinel-devices";
export const deviceTableKey = "clientId";
