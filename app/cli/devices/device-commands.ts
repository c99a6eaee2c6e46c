import type { DeviceStatus } from "../../contract/device.ts";
import type { DeviceRecord } from "../../registry/device-record.ts";
import { DeviceConflict, type DeviceRegistry } from "../../registry/device-registry.ts";
import { hashSecret, issueSecret } from "../../registry/secret.ts";
import type { CommandContext } from "../command-context.ts";
import { withRegistry } from "../device-table-access.ts";
import { OperatorError } from "../operator-error.ts";
import { OutputClosed } from "../output.ts";

/** Registers devices and shows each secret once. @returns 1 when an id was taken. */
export function addDevices(
  context: CommandContext,
  options: { ids: readonly string[]; labels: readonly string[] },
): Promise<number> {
  return withRegistry(context.variables, async (registry) => {
    let taken = 0;
    for (const clientId of options.ids) {
      const secret = issueSecret();
      const now = Date.now();
      const record: DeviceRecord = {
        clientId,
        status: "active",
        secret: hashSecret(secret),
        labels: options.labels,
        createdAt: now,
        changedAt: now,
        version: 1,
      };
      try {
        await registry.create(record);
        await context.output.line(`${clientId},${secret}`);
      } catch (error) {
        if (error instanceof OutputClosed) {
          throw new OperatorError(
            `nobody read the secret of ${clientId}, which is registered now; give it another by import --replace`,
          );
        }
        if (!(error instanceof DeviceConflict)) throw error;
        context.messages.write(`${error.message}\n`);
        taken++;
      }
    }
    if (taken < options.ids.length) {
      context.messages.write("the secrets are shown this once and are stored nowhere\n");
    }
    return taken > 0 ? 1 : 0;
  });
}

/** @returns 1 when an id does not exist. */
export function revokeDevices(context: CommandContext, ids: readonly string[]): Promise<number> {
  return withRegistry(context.variables, async (registry) => {
    const told = {
      revoked: "revoked; it can connect no more within half a minute",
      already: "was revoked before",
    };
    let unknown = 0;
    for (const clientId of ids) {
      const result = await registry.revoke(clientId, Date.now());
      if (result === "unknown") {
        unknown++;
        context.messages.write(`${clientId}: there is no such device\n`);
      } else {
        await context.output.line(`${clientId}: ${told[result]}`);
      }
    }
    return unknown > 0 ? 1 : 0;
  });
}

export interface ListArguments {
  readonly status: DeviceStatus | undefined;
  readonly json: boolean;
  readonly limit: number | undefined;
}

/** Prints page by page, so that any number of devices can be listed. */
export function listDevices(context: CommandContext, options: ListArguments): Promise<number> {
  return withRegistry(context.variables, async (registry) => {
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let unreadable = 0;
    if (!options.json) await context.output.line(context.output.styled("bold", tableHead));
    for await (const page of pages(registry, options.status)) {
      for (const record of page.records) {
        if (left-- <= 0) return 0;
        await context.output.line(options.json ? jsonLine(record) : tableLine(record));
      }
      for (const item of page.unreadable) {
        unreadable++;
        context.messages.write(`${item.clientId}: not a device record: ${item.reason}\n`);
      }
    }
    return unreadable > 0 ? 1 : 0;
  });
}

async function* pages(registry: DeviceRegistry, status: DeviceStatus | undefined) {
  let after: string | undefined;
  do {
    const page = await registry.page(after, status);
    yield page;
    after = page.next;
  } while (after !== undefined);
}

const idWidth = 32;
const statusWidth = 10;
const timeWidth = 21;
const tableHead =
  "CLIENT ID".padEnd(idWidth) +
  "STATUS".padEnd(statusWidth) +
  "CREATED".padEnd(timeWidth) +
  "CHANGED".padEnd(timeWidth) +
  "LABELS";
const seconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

function tableLine(record: DeviceRecord): string {
  const id = record.clientId.padEnd(idWidth - 1);
  const line = `${id} ${record.status.padEnd(statusWidth)}`;
  const times = [record.createdAt, record.changedAt].map((at) => seconds(at).padEnd(timeWidth));
  return `${line}${times.join("")}${record.labels.join(" ")}`.trimEnd();
}

/** Without secret and salt: not even a hash leaves the table. */
function jsonLine(record: DeviceRecord): string {
  const { secret: _, createdAt, changedAt, ...rest } = record;
  const times = { createdAt: seconds(createdAt), changedAt: seconds(changedAt) };
  return JSON.stringify({ ...rest, ...times });
}
