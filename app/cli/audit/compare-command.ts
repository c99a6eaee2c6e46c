import { setTimeout as pause } from "node:timers/promises";
import type { AuditKeyRing } from "../../audit/audit-key-ring.ts";
import { AuditedDevices } from "../../audit/audited-devices.ts";
import { compareDevice, type Difference } from "../../audit/compare-device.ts";
import type { DeviceRegistry } from "../../registry/device-registry.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { CommandContext } from "../command-context.ts";
import { withRegistry } from "../device-table-access.ts";
import { createPacer } from "../devices/pacer.ts";
import { connectOperator } from "../nats-session.ts";
import { cutOf, exportedRecords, storedRecords, wholeRange } from "./audit-source.ts";
import { verifierKeys } from "./operator-keys.ts";

export interface CompareArguments {
  /** Exports of the other regions: the table is one, and each region audits what is changed there. */
  readonly with: readonly string[];
  /** Devices read in a second. */
  readonly rate: number;
  readonly json: boolean;
}

/** Devices of one page of the scan. */
const pageDevices = 500;
/** So long a change that is made meanwhile may take to reach AUDIT. */
const settleMs = 3_000;

interface Found {
  readonly clientId: string;
  readonly kind: Difference["kind"] | "unfinished" | "unreadable";
  readonly text: string;
}

/** @returns the exit code: 0 when the table is what was audited, 1 when it is not. */
export async function compareAudit(
  context: CommandContext,
  options: CompareArguments,
): Promise<number> {
  const keys = verifierKeys(context.variables);
  const connection = await connectOperator(context.variables);
  try {
    const changes = () => auditedChanges(connection, { keys, files: options.with });
    const { suspect, audited, found } = await withRegistry(context.variables, async (registry) => {
      const suspect = await suspects(registry, await changes(), options.rate);
      await pause(settleMs);
      // What was changed while the table was read is told by now.
      const audited = await changes();
      return { suspect, audited, found: await confirmed(registry, audited, suspect, options.rate) };
    });
    for (const each of found) {
      const { clientId, kind, text } = each;
      if (options.json) await context.output.json(JSON.stringify(each));
      else await context.output.line(`${kind.padEnd(10)} ${clientId} ${text}`);
    }
    sumUp(context, { devices: suspect.devices, audited, differ: found.length });
    return found.length > 0 ? 1 : 0;
  } finally {
    await connection.close();
  }
}

function sumUp(
  { messages }: CommandContext,
  { devices, audited, differ }: { devices: number; audited: AuditedDevices; differ: number },
): void {
  if (audited.disbelieved > 0) {
    messages.line(
      `${audited.disbelieved} audited changes are not signed by a writer of this region and were left out; run sentinel audit verify`,
    );
  }
  messages.line(`done: ${devices} devices, ${differ} differ from the audit`);
}

async function auditedChanges(
  connection: NatsConnection,
  { keys, files }: { keys: AuditKeyRing; files: readonly string[] },
): Promise<AuditedDevices> {
  const audited = new AuditedDevices(keys);
  for (const path of files) {
    let first = true;
    for await (const record of exportedRecords(path)) {
      if (first && record && record.sequence > 1) audited.cut(record.storedAt);
      first = false;
      audited.add(record);
    }
  }
  const changes = storedRecords(connection, wholeRange, "audit.registry.*");
  for await (const record of changes) audited.add(record);
  audited.cut(await cutOf(connection));
  return audited;
}

interface Suspects {
  readonly devices: number;
  readonly ids: ReadonlySet<string>;
  readonly unreadable: readonly Found[];
}

/** One scan of the table, page by page and no faster than allowed. */
async function suspects(
  registry: DeviceRegistry,
  audited: AuditedDevices,
  rate: number,
): Promise<Suspects> {
  const pace = createPacer({ perSecond: rate / pageDevices });
  const unseen = new Set(audited.existing());
  const ids = new Set<string>();
  const unreadable: Found[] = [];
  let devices = 0;
  let after: string | undefined;
  do {
    await pace();
    const page = await registry.page({}, { after, limit: pageDevices });
    for (const record of page.records) {
      const { clientId } = record;
      unseen.delete(clientId);
      if (compareDevice(record, audited.get(clientId), audited.completeSince)) ids.add(clientId);
    }
    for (const { clientId, reason } of page.unreadable) {
      unseen.delete(clientId);
      unreadable.push({ clientId, kind: "unreadable", text: `is no device record: ${reason}` });
    }
    devices += page.records.length + page.unreadable.length;
    after = page.next;
  } while (after !== undefined);
  return { devices, ids: new Set([...ids, ...unseen]), unreadable };
}

/** Looks again at what differed, each by itself: what was changed meanwhile is none of it. */
async function confirmed(
  registry: DeviceRegistry,
  audited: AuditedDevices,
  { ids, unreadable }: Suspects,
  rate: number,
): Promise<readonly Found[]> {
  const pace = createPacer({ perSecond: rate });
  const unfinished = audited.unfinished();
  const found: Found[] = [...unreadable];
  for (const clientId of ids) {
    await pace();
    const item = await registry.get(clientId);
    if (item?.unreadable) continue;
    const difference = compareDevice(item?.record, audited.get(clientId), audited.completeSince);
    if (!difference) continue;
    const { kind, text } = difference;
    found.push(
      unfinished.has(clientId)
        ? {
            clientId,
            kind: "unfinished",
            text: `${text}; a change was announced, its end not told`,
          }
        : { clientId, kind, text },
    );
  }
  return found;
}
