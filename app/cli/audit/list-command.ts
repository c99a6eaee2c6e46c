import { newestRecords, type RecordFilter } from "../../audit/newest-records.ts";
import { type RecordView, recordView } from "../../audit/record-view.ts";
import { printable } from "../../shared/printable.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";

export interface ListArguments {
  readonly filter: RecordFilter;
  readonly limit: number;
  /** Sequence of the record behind which the list begins. */
  readonly after: number | undefined;
  readonly json: boolean;
}

const widths = { time: 26, kind: 12, about: 38, what: 14, outcome: 11 };
const pageSize = 500;
const restLimit = 200;

const head =
  "TIME".padEnd(widths.time) +
  "KIND".padEnd(widths.kind) +
  "ABOUT".padEnd(widths.about) +
  "WHAT".padEnd(widths.what) +
  "OUTCOME".padEnd(widths.outcome) +
  "WHO AND WHY";

/** A column that never touches the next one. */
const column = (text: string, width: number) => `${printable(text, width - 2)} `.padEnd(width);

const lineOf = ({ time, kind, device, about = "-", what, outcome = "-", ...more }: RecordView) =>
  column(time, widths.time) +
  column(kind, widths.kind) +
  column(device ?? about, widths.about) +
  column(what, widths.what) +
  column(outcome, widths.outcome) +
  printable([more.who, more.detail].filter((each) => each !== undefined).join(": "), restLimit);

/** Prints what is on record, the newest first, page by page. */
export function listAudit(context: CommandContext, options: ListArguments): Promise<number> {
  const { filter, limit, json } = options;
  const { output, messages } = context;
  return withNats(context.variables, async (connection) => {
    if (!json) await output.line({ format: "bold", text: head });
    let left = limit;
    let { after } = options;
    do {
      const most = Math.min(left, pageSize);
      const { records, next } = await newestRecords(connection, { ...filter, after, limit: most });
      for (const record of records) {
        const view = recordView(record);
        if (json) await output.json(JSON.stringify(view));
        else await output.line(lineOf(view));
      }
      left -= records.length;
      after = next;
    } while (after !== undefined && left > 0);
    if (after !== undefined) messages.line(`there are older ones: go on with --after ${after}`);
    return 0;
  });
}
