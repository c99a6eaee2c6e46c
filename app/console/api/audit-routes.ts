import { z } from "zod";
import { recordView } from "../../audit/record-view.ts";
import { storedRecord } from "../../audit/stored-record.ts";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import { auditKinds } from "../../contract/subjects.ts";
import { readBatch } from "../../shared/stored-messages.ts";
import { type Api, type ApiOptions, answer, failures, holderOf } from "./api.ts";
import { wholeNumber } from "./device-schemas.ts";

const time = z.iso.datetime();

const AuditQuery = z.strictObject({
  client: z
    .string()
    .regex(clientIdPattern, `must be ${clientIdRule}`)
    .optional()
    .describe("Only records under this device; those of several devices at once are under none"),
  kind: z.enum(auditKinds).optional(),
  since: time.optional().describe("Stored at this time or later"),
  until: time.optional().describe("Stored before this time"),
  limit: wholeNumber.min(1, "must be at least 1").max(500, "must be at most 500").default(100),
  after: wholeNumber.min(0).max(Number.MAX_SAFE_INTEGER).optional().describe("The `next` before"),
});

const AuditRecord = z
  .object({
    sequence: z.int(),
    time,
    kind: z.string(),
    who: z.string().optional(),
    device: z.string().optional(),
    what: z.string(),
    outcome: z.string().optional(),
    detail: z.string().optional(),
  })
  .meta({ id: "AuditRecord" });

const AuditList = z
  .object({
    records: z.array(AuditRecord).describe("In the order of storage"),
    next: z.int().optional().describe("`after` of the next page; absent on the last"),
  })
  .meta({ id: "AuditList" });

/** What is on record. Whether the record is whole, `sentinel audit verify` says. */
export function addAuditRoutes(api: Api, { nats, reads }: ApiOptions): void {
  api.get(
    "/audit",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["audit"],
        summary: "Lists records of AUDIT, oldest first, page by page",
        querystring: AuditQuery,
        response: { 200: answer("A page", AuditList), ...failures },
      },
    },
    async (request) => {
      const { client = "*", kind = "*", since, until, limit, after } = request.query;
      const from =
        after === undefined && since !== undefined
          ? { since: Date.parse(since) }
          : { sequence: (after ?? 0) + 1 };
      // Three parts: what chains of records are made of has four.
      const filter = `audit.${kind}.${client}`;
      const batch = await reads.read(holderOf(request), () =>
        readBatch(nats, "AUDIT", { from, limit, filter }),
      );
      const end = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
      const wanted = batch.filter(({ storedAt }) => storedAt < end);
      const last = batch.at(-1);
      const isMore = last !== undefined && last.following > 0 && wanted.length === batch.length;
      return {
        records: wanted.map((message) => recordView(storedRecord(message))),
        ...(isMore && { next: last.sequence }),
      };
    },
  );
}
