import { z } from "zod";
import {
  type ImportOutputs,
  type ImportProgress,
  importDevices,
  importStart,
} from "../../registry/import/device-import.ts";
import { type RowFormat, readDeviceRows } from "../../registry/import/device-rows.ts";
import { type Api, type ApiOptions, answer, byOf, failures, secretHeaders } from "./api.ts";
import { ImportQuery, ImportReport } from "./device-schemas.ts";
import { problemOf } from "./problem-of.ts";

/** Some 10,000 rows. More of them are for the command line, which goes on where it was interrupted. */
const importLimit = 1024 * 1024;
/** Writes on their way at the same time. */
const width = 32;

const formats = {
  "text/csv": "csv",
  "application/x-ndjson": "jsonl",
} as const satisfies Record<string, RowFormat>;
const mediaTypes = Object.keys(formats) as (keyof typeof formats)[];

/** What is described of them; an export's columns are taken, too. */
const bodyFormats = {
  "text/csv": {
    schema: {
      type: "string",
      pattern:
        "^client_id(,secret)?(,status)?(,region)?(,labels)?(,fingerprint)?(\\r?\\n(.|\\s)*)?$",
    },
  },
  "application/x-ndjson": { schema: { type: "string", description: "A JSON object a line" } },
} as const satisfies Record<keyof typeof formats, object>;

type Report = z.infer<typeof ImportReport>;

/** Takes tables of devices. They are no JSON, so the route lives in a part of the server of its own. */
export async function addImportRoute(versioned: Api, options: ApiOptions): Promise<void> {
  await versioned.register(async (api: Api) => {
    api.removeAllContentTypeParsers();
    api.addContentTypeParser(
      mediaTypes,
      { parseAs: "buffer", bodyLimit: importLimit },
      (_request, body, done) => done(null, body),
    );
    addRoute(api, options);
  });
}

function addRoute(api: Api, { registry, clock }: ApiOptions): void {
  api.post(
    "/devices/import",
    {
      bodyLimit: importLimit,
      config: { access: "admin", bodyFormats },
      schema: {
        tags: ["devices"],
        summary: "Registers up to 1 MiB of devices, a row each, and shows their secrets, once",
        description:
          "Rows as `sentinel devices import` takes them. When it is interrupted, the problem's `imported` holds what was stored until then.",
        consumes: mediaTypes,
        querystring: ImportQuery,
        body: z.custom<Buffer>(Buffer.isBuffer, "must be rows of CSV, or a JSON object a line"),
        response: { 200: answer("What became of the rows", ImportReport), ...failures },
      },
    },
    async (request, reply) => {
      const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
      const rows = async function* (from: number) {
        yield request.body.subarray(from);
      };
      const { outputs, report } = collected();
      reply.headers(secretHeaders);
      try {
        const progress = await importDevices({
          rows: readDeviceRows({ open: rows }, formats[mediaType as keyof typeof formats]),
          ...{ start: importStart, startedAt: clock(), registry, outputs },
          replace: request.query.replace === "true",
          by: () => byOf(request, clock),
          bulk: { width, pace: async () => {} },
          onProgress: () => {},
        });
        return report(progress);
      } catch (error) {
        throw problemOf(error, request).having({ imported: report() });
      }
    },
  );
}

/** Keeps what became of the rows, slice by slice. */
function collected() {
  const stored: Report["stored"] = [];
  const rejected: Report["rejected"] = [];
  const outputs: ImportOutputs = {
    planned: new Map(),
    begin: async () => {},
    commit: async (slice) => {
      for (const { clientId, issued } of slice.stored) {
        stored.push({ clientId, ...(issued !== undefined && { secret: issued }) });
      }
      for (const { line, clientId, reason } of slice.rejected) {
        rejected.push({ line, reason, ...(clientId !== undefined && { clientId }) });
      }
    },
  };
  const report = (progress?: ImportProgress): Report => ({
    rows: progress?.rows ?? stored.length + rejected.length,
    ...{ stored, rejected },
  });
  return { outputs, report };
}
