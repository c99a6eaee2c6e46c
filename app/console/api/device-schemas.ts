import { z } from "zod";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import { deviceStatuses } from "../../contract/device.ts";
import { regionNames } from "../../contract/regions.ts";
import {
  fingerprintPattern,
  fingerprintRule,
  plainFingerprint,
} from "../../registry/device-certificate.ts";
import { itemNamePattern } from "../../registry/device-key.ts";
import { labelLimit, labelPattern, labelRule } from "../../registry/device-record.ts";
import { isReserved, reservedRule } from "../../registry/reserved-ids.ts";
import { indexedStatuses } from "../device-index/device-kinds.ts";
import { countLimit } from "../device-index/device-search.ts";
import { tagsPattern, tagsRule } from "./entity-tag.ts";
import { type ProblemCode, problems } from "./problem.ts";

/** Longest overlap of two secrets: a year. */
const overlapLimitSeconds = 366 * 86_400;
export const pageLimit = 1_000;
/** Of a page token: it holds a key of the table. */
const tokenLimit = 4_096;

const clientId = z.string().regex(clientIdPattern, `must be ${clientIdRule}`);
const label = z.string().regex(labelPattern, `must be ${labelRule}`);
const labels = z.array(label).max(labelLimit, `must be at most ${labelLimit}`);
const region = z.enum(regionNames);
/** As text, in a query. */
export const wholeNumber = z.coerce.number("must be a number").int("must be a whole number");
const time = z.iso.datetime();

export const OneDevice = z.object({ clientId });

/** Also an item of the table that is not a device's. */
export const OneItem = z.object({
  clientId: z
    .string()
    .regex(itemNamePattern, `must be ${clientIdRule}`)
    .describe("A client id, or the name that a list gives an item that has none"),
});

export const DeviceListQuery = z.strictObject({
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_:-]{1,128}$/, "must be 1 to 128 of A-Z, a-z, 0-9, _, - and :")
    .optional()
    .describe("Only devices whose client id begins so; `key:` begins the names of other items"),
  status: z
    .enum(indexedStatuses)
    .optional()
    .describe("`damaged`: items of the table that are not device records"),
  label: label.optional().describe("Only devices that have it"),
  region: region.optional().describe("Only devices that are at home there"),
  limit: wholeNumber
    .min(1, "must be at least 1")
    .max(pageLimit, `must be at most ${pageLimit}`)
    .default(100)
    .describe("Devices of one page at most"),
  after: z
    .string()
    .max(tokenLimit)
    .regex(/^[A-Za-z0-9_-]+$/, "must be the `next` of a list; leave it out to begin anew")
    .optional()
    .describe("The `next` of the page before"),
});

const fingerprint = z
  .string()
  .regex(fingerprintPattern, `must be ${fingerprintRule}`)
  .overwrite(plainFingerprint)
  .describe("SHA-256 of the certificate in hex, with or without colons");

export const NewDevice = z.strictObject({
  clientId: clientId.refine((id) => !isReserved(id), reservedRule),
  labels: labels.default([]),
  certificateFingerprint: fingerprint.optional(),
  region: region.optional().describe("Where the device is at home; it may connect anywhere"),
});

export const RotationQuery = z.strictObject({
  overlapSeconds: wholeNumber
    .min(0, "must be at least 0")
    .max(overlapLimitSeconds, `must be at most ${overlapLimitSeconds}`)
    .default(86_400)
    .describe("How long the old secret stays good"),
});

export const PinnedCertificate = z.strictObject({ fingerprint });

export const NewLabels = z.strictObject({ labels });

const flag = z.enum(["true", "false"]).default("false");

export const ImportQuery = z.strictObject({
  replace: flag.describe("Devices that exist get the row's values, and a new secret"),
});

export const DeletionQuery = z.strictObject({
  force: flag.describe("Also a device that is not revoked, or whose record is damaged"),
});

export const RevocationQuery = z.strictObject({
  force: flag.describe("Also a device whose record is damaged: what can be read of it is kept"),
});

/** Headers are of many kinds; only this one is looked at. */
export const ConditionalHeaders = z.looseObject({
  "if-match": z
    .union([z.literal("*"), z.string().regex(tagsPattern)], tagsRule)
    .optional()
    .describe("The change is made only of the device as it was with this ETag"),
});

/** What is answered. The ids are the schemas' names in the OpenAPI document. */
export const Device = z
  .object({
    clientId: z.string(),
    status: z.enum(deviceStatuses),
    // Of records only what they hold, whatever the contract says today.
    region: z.string().optional(),
    labels: z.array(z.string()),
    certificateFingerprint: z
      .string()
      .optional()
      .describe("The one certificate that it may connect with; absent: any issued for it"),
    createdAt: time,
    changedAt: time,
    changedBy: z.string().optional(),
    version: z.int(),
    previousSecretUntil: time.optional().describe("Until then the secret before is good, too"),
  })
  .meta({ id: "Device" });

export const DeviceWithSecret = z
  .object({
    device: Device,
    secret: z.string().describe("Shown this once: nobody can read it again"),
  })
  .meta({ id: "DeviceWithSecret" });

export const ChangedDevice = z
  .object({
    outcome: z.enum(["changed", "unchanged"]).describe("`unchanged`: it was so before"),
    device: Device,
  })
  .meta({ id: "ChangedDevice" });

export const DeviceList = z
  .object({
    devices: z.array(Device),
    unreadable: z
      .array(z.object({ clientId: z.string(), reason: z.string() }))
      .describe("Damaged: items of the table that are not device records, and why"),
    scanned: z.int().describe("Items of the table that were read for it"),
    found: z
      .int()
      .describe(`How many fit, on all pages; ${countLimit + 1} stands for any larger number`),
    index: z
      .object({
        complete: z
          .boolean()
          .describe("False until the whole table was read once: till then devices are missing"),
        read: z.int().describe("Items that the reading of the table has read, or the last one had"),
        reading: z.boolean().describe("Whether the table is being read, as it is each day"),
        about: z.int().optional().describe("Items of the table, as far as known"),
        asOf: time.optional().describe("Devices may be missing that came or changed later"),
      })
      .describe("What the list is made of"),
    next: z
      .string()
      .optional()
      .describe("`after` of the next page; absent on the last. A page may be short"),
  })
  .meta({ id: "DeviceList" });

export const ImportReport = z
  .object({
    rows: z.int().describe("Rows that were read"),
    stored: z
      .array(z.object({ clientId: z.string(), secret: z.string().optional() }))
      .describe("With the secret, this once, where the row did not bring one"),
    rejected: z.array(
      z.object({ line: z.int(), clientId: z.string().optional(), reason: z.string() }),
    ),
  })
  .meta({ id: "ImportReport" });

export const ProblemDetails = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string(), got: z.string().optional() }))
      .optional(),
    imported: ImportReport.optional().describe("Of an import that was interrupted"),
  })
  .meta({ id: "Problem" });
