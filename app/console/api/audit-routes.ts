import { z } from "zod";
import { newestRecords } from "../../audit/newest-records.ts";
import { recordView } from "../../audit/record-view.ts";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import { auditKinds } from "../../contract/subjects.ts";
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
    about: z.string().optional().describe("How many devices, or an exception by its id"),
    what: z.string(),
    outcome: z.string().optional(),
    detail: z.string().optional(),
  })
  .meta({ id: "AuditRecord" });

const AuditList = z
  .object({
    records: z.array(AuditRecord).describe("The newest first, in the order of storage"),
    scanned: z.int().describe("Records that were looked at for this page"),
    back: time.optional().describe("When the oldest of those was stored"),
    next: z.int().optional().describe("`after` of the next page; absent on the last"),
  })
  .meta({ id: "AuditList" });

const ms = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

/** What is on record. Whether the record is whole, `sentinel audit verify` says. */
export function addAuditRoutes(api: Api, { nats, reads }: ApiOptions): void {
  api.get(
    "/audit",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["audit"],
        summary: "Lists records of AUDIT, newest first, page by page",
        description:
          "Looks at 10,000 records for a page at most. With a filter a page may be empty, or short, without being the last: `next` goes on, `back` says how far it was looked.",
        querystring: AuditQuery,
        response: { 200: answer("A page", AuditList), ...failures },
      },
    },
    async (request) => {
      const { since, until, ...query } = request.query;
      const wanted = { ...query, since: ms(since), until: ms(until) };
      const page = await reads.read(holderOf(request), () => newestRecords(nats, wanted));
      const { records, scanned, back, next } = page;
      return {
        records: records.map(recordView),
        scanned,
        ...(back !== undefined && { back: new Date(back).toISOString() }),
        ...(next !== undefined && { next }),
      };
    },
  );
}
