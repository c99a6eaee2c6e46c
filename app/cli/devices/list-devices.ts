import type { DeviceFilter, DevicePage } from "../../registry/device-page.ts";
import type { RowFormat } from "../../registry/import/device-rows.ts";
import type { CommandContext } from "../command-context.ts";
import { withRegistry } from "../device-table-access.ts";
import { namedIds } from "./device-ids.ts";
import { csvHead, csvLine, details, jsonLine, tableHead, tableLine } from "./device-lines.ts";

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
    let unreadable = 0;
    if (!json) await context.output.line(context.output.styled("bold", tableHead));
    do {
      const most = limit === undefined ? undefined : left;
      const page = await registry.page(filter, { after, limit: most });
      for (const record of page.records) {
        await context.output.line(json ? jsonLine(record) : tableLine(record));
      }
      unreadable += complainOfUnreadable(context, page);
      left -= page.records.length;
      after = page.next;
    } while (after !== undefined && left > 0);
    if (after !== undefined)
      context.messages.write(`there are more: go on with --after ${after}\n`);
    return unreadable > 0 ? 1 : 0;
  });
}

/** All devices in a form for other programs. Without secrets: those are in no reader's reach. */
export function exportDevices(
  context: CommandContext,
  { filter, format }: { filter: DeviceFilter; format: RowFormat },
): Promise<number> {
  return withRegistry(context.variables, async (registry) => {
    let unreadable = 0;
    if (format === "csv") await context.output.line(csvHead);
    for await (const page of registry.pages(filter)) {
      for (const record of page.records) {
        await context.output.line(format === "csv" ? csvLine(record) : jsonLine(record));
      }
      unreadable += complainOfUnreadable(context, page);
    }
    return unreadable > 0 ? 1 : 0;
  });
}

function complainOfUnreadable(context: CommandContext, { unreadable }: DevicePage): number {
  for (const { clientId, reason } of unreadable) {
    context.messages.write(`${clientId}: not a device record: ${reason}\n`);
  }
  return unreadable.length;
}

/** @returns 1 when an id does not exist or its item is not a record. */
export function showDevices(
  context: CommandContext,
  { ids, json }: { ids: readonly string[]; json: boolean },
): Promise<number> {
  return withRegistry(context.variables, async (registry) => {
    let failures = 0;
    let shown = 0;
    for await (const { clientId, complaint } of namedIds(ids, context.stdin)) {
      const found = clientId === undefined ? undefined : await registry.get(clientId);
      if (found?.record) {
        const paragraph = `${shown > 0 ? "\n" : ""}${details(found.record)}`;
        await context.output.line(json ? jsonLine(found.record) : paragraph);
        shown++;
        continue;
      }
      failures++;
      const reason = found
        ? `not a device record: ${found.unreadable.reason}`
        : "there is no such device";
      context.messages.write(`${complaint ?? `${clientId}: ${reason}`}\n`);
    }
    return failures > 0 ? 1 : 0;
  });
}
