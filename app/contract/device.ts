/** Where a device stands in the registry. `unknown`: there is no such device. */
export const deviceStatuses = ["active", "suspended", "revoked"] as const;
export type DeviceStatus = (typeof deviceStatuses)[number];
export type KnownStatus = DeviceStatus | "unknown";

/** How the devices of a fleet prove who they are: by a secret that the registry has, or by a certificate. */
export const deviceAuths = ["secret", "certificate"] as const;
export type DeviceAuth = (typeof deviceAuths)[number];

/** The table of all devices, and its only key. */
export const defaultDeviceTable = "sentinel-devices";
export const deviceTableKey = "clientId";
/** Its one item that is no device: the keys of publishers. No client id has a colon. */
export const publisherKeysItem = "sentinel:publisher-keys";

/**
 * Ids of one request for labels at most. A device has 16 labels of 64 characters at most, so that an
 * answer stays far below the megabyte that a message may have.
 */
export const labelsRequestLimit = 250;
