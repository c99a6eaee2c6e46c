import { hash } from "node:crypto";
import { canonicalJson } from "../shared/canonical-json.ts";
import type { DeviceRecord } from "./device-record.ts";

/** SHA-256 of all that we read of a record, hexadecimal: two records with the same are the same. */
export const deviceDigest = (record: DeviceRecord): string => hash("sha256", canonicalJson(record));
