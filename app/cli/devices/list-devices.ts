import { isItemName } from "../../registry/device-key.ts";
import type { DeviceFilter, DevicePage } from "../../registry/device-page.ts";
import type { ParsedItem } from "../../registry/device-record.ts";
import type { RowFormat } from "../../registry/import/device-rows.ts";
import type { CommandContext } from "../command-context.ts";
import { withRegistry } from "../device-table-access.ts";
import { namedIds } from "./device-ids.ts";
import {
  csvHead,
  csvLine,
  damagedCsvLine,
  damagedDetails,
  damagedJsonLine,
  damagedTableLine,
  details,
  jsonLine,
  tableHead,
  tableLine,
} from "./device-lines.ts";

export interface ListArguments {
  readonly filter: DeviceFilter;
  readonly json: boolean;
  readonly limit: number | undefined;
  /** Token of the page to begin with. */
  readonly after: string | undefined;
}

/** Prints page by page, so that any number of devices can be listed. */
export function listDevices(context: CommandContext, options: ListArguments): Promise<number> {
  const { filter, json, limit } = options;
  return withRegistry(context.variables, async (registry) => {
    let left = limit ?? Number.POSITIVE_INFINITY;
    let after = options.after;
    let damaged = 0;
    if (!json) await context.output.line({ format: "bold", text: tableHead });
    do {
      const most = limit === undefined ? undefined : left;
      const page = await registry.page(filter, { after, limit: most });
      for (const record of page.records) {
        if (json) await context.output.json(jsonLine(record));
        else await context.output.line(tableLine(record));
      }
      for (const item of page.unreadable) {
        if (json) await context.output.json(damagedJsonLine(item));
        else await context.output.line({ format: "red", text: damagedTableLine(item) });
      }
      damaged += page.unreadable.length;
      left -= page.records.length + page.unreadable.length;
      after = page.next;
    } while (after !== undefined && left > 0);
    if (after !== undefined) context.messages.line(`there are more: go on with --after ${after}`);
    return tellOfDamaged(context, damaged);
  });
}

/** All devices in a form for other programs. Without secrets: those are in no reader's reach. */
export function exportDevices(
  context: CommandContext,
  { filter, format }: { filter: DeviceFilter; format: RowFormat },
): Promise<number> {
  return withRegistry(context.variables, async (registry) => {
    let damaged = 0;
    if (format === "csv") await context.output.line(csvHead);
    for await (const page of registry.pages(filter)) {
      await (format === "csv" ? exportCsv(context, page) : exportJson(context, page));
      damaged += page.unreadable.length;
    }
    return tellOfDamaged(context, damaged);
  });
}

async function exportCsv({ output }: CommandContext, { records, unreadable }: DevicePage) {
  for (const record of records) await output.line(csvLine(record));
  for (const item of unreadable) await output.line(damagedCsvLine(item));
}

async function exportJson({ output }: CommandContext, { records, unreadable }: DevicePage) {
  for (const record of records) await output.json(jsonLine(record));
  for (const item of unreadable) await output.json(damagedJsonLine(item));
}

/** @returns the exit code. */
function tellOfDamaged({ messages }: CommandContext, count: number): number {
  if (count === 0) return 0;
  const which = count === 1 ? "1 record is damaged" : `${count} records are damaged`;
  messages.line(`${which}: revoke or delete it by name with --force`);
  return 1;
}

/** @returns 1 when an id does not exist or its record is damaged. */
export function showDevices(
  context: CommandContext,
  { ids, json }: { ids: readonly string[]; json: boolean },
): Promise<number> {
  return withRegistry(context.variables, async (registry) => {
    let failures = 0;
    let shown = 0;
    for await (const { clientId, complaint } of namedIds(ids, context.stdin, isItemName)) {
      const found = clientId === undefined ? undefined : await registry.get(clientId);
      if (!found?.record) failures++;
      if (!found) {
        context.messages.line(complaint ?? `${clientId}: there is no such device`);
        continue;
      }
      if (shown++ > 0 && !json) await context.output.line();
      await showItem(context, found, json);
    }
    return failures > 0 ? 1 : 0;
  });
}

async function showItem({ output }: CommandContext, item: ParsedItem, json: boolean) {
  if (json) {
    await output.json(item.record ? jsonLine(item.record) : damagedJsonLine(item.unreadable));
    return;
  }
  const lines = item.record ? details(item.record) : damagedDetails(item.unreadable);
  for (const line of lines) await output.line(line);
}
