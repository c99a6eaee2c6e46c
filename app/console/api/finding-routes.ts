import { Readable } from "node:stream";
import { z } from "zod";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import { incidentSeverities } from "../../contract/incident.ts";
import { findingLines } from "../../incidents/finding-table.ts";
import { storedFindings } from "../../incidents/stored-findings.ts";
import { type ExportFormat, exportFormats } from "../../shared/export-formats.ts";
import { type Api, type ApiOptions, failures } from "./api.ts";
import { Problem } from "./problem.ts";

const time = z.iso.datetime();

const FindingQuery = z.strictObject({
  format: z.enum(exportFormats).default("csv").describe("A table, or a JSON object a line"),
  client: z
    .string()
    .regex(clientIdPattern, `must be ${clientIdRule}`)
    .optional()
    .describe("Only findings of this client"),
  rule: z.string().min(1).max(200).optional().describe("Only findings of the rule with this id"),
  severity: z.enum(incidentSeverities).optional(),
  since: time.optional().describe("Stored at this time or later"),
  until: time.optional().describe("Stored before this time"),
});

const mediaTypes = {
  csv: "text/csv",
  ndjson: "application/x-ndjson",
} as const satisfies Record<ExportFormat, string>;

/** Exports at a time: each reads a stream to its end, as fast as it is taken. */
const atATime = 2;
/** Whoever takes nothing for so long loses its place. */
const unreadMs = 30_000;
/** Lines are sent so many bytes at once. */
const pieceBytes = 64 * 1024;

const table = (description: string) => ({ schema: z.string().describe(description) });
/** Headers are ASCII. */
const plainJson = (value: object) =>
  JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
const ms = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

/** Findings for other programs, as a stream without a bound. */
export function addFindingRoutes(api: Api, { nats, clock }: ApiOptions): void {
  let running = 0;
  api.get(
    "/findings",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["findings"],
        summary: "Exports all findings that are stored, oldest first, as CSV or NDJSON",
        description:
          "Times are UTC. `content-disposition` names the file, `x-sentinel-export` says as JSON what was asked for and when. An answer that ends without its last chunk is not whole. Findings of synthetic attacks are left out. Two exports at a time: beyond it 429.",
        querystring: FindingQuery,
        response: {
          200: {
            description: "The findings",
            content: {
              "text/csv": table("A table with a head; no cell begins as a formula does"),
              "application/x-ndjson": table("A JSON object a line"),
            },
          },
          ...failures,
        },
      },
    },
    async ({ query }, reply) => {
      if (running >= atATime) {
        throw new Problem("too-many-requests", "wait until another export has ended", {
          headers: { "retry-after": "5" },
        });
      }
      const { format, since, until, ...filter } = query;
      const wanted = { ...filter, since: ms(since), until: ms(until) };
      const lines = findingLines(storedFindings(nats, wanted), format);
      const at = new Date(clock()).toISOString();
      const body = Readable.from(pieces(lines), { objectMode: false });
      running++;
      body.once("close", () => running--);
      reply.raw.setTimeout(unreadMs, () => void body.destroy());
      reply.headers({
        "content-type": mediaTypes[format],
        "content-disposition": `attachment; filename="findings-${at.replaceAll(":", "")}.${format}"`,
        "x-sentinel-export": plainJson({ at, ...query }),
        "cache-control": "no-store",
      });
      // Described is what the stream holds.
      return reply.send(body as unknown as string);
    },
  );
}

/** Each line by itself would be a chunk of HTTP. */
async function* pieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = "";
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < pieceBytes) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
