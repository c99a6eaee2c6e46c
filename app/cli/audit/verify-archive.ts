import { streamNameOf } from "../../audit/archive/archive-name.ts";
import { type ArchiveFault, ArchiveVerifier } from "../../audit/archive/archive-verifier.ts";
import { LiveComparison, type LiveReport } from "../../audit/archive/live-comparison.ts";
import type { AuditKeyRing } from "../../audit/audit-key-ring.ts";
import type { AuditReport } from "../../audit/audit-verifier.ts";
import { auditDays } from "../../contract/limits.ts";
import { jetstreamManager, type NatsConnection } from "../../shared/nats.ts";
import type { CommandContext } from "../command-context.ts";
import { connectOperator } from "../nats-session.ts";
import { type ArchiveSource, archiveAt, namesWithin } from "./archive-source.ts";
import { type AuditRange, storedRecords, wholeRange } from "./audit-source.ts";
import { countRecords } from "./progress.ts";

export interface ArchiveArguments extends AuditRange {
  readonly archive: string;
  /** Whether AUDIT as it is now is compared with it. */
  readonly live: boolean;
}

export interface ArchiveReport {
  readonly intact: boolean;
  readonly objects: number;
  readonly faults: readonly ArchiveFault[];
  /** Of each stream that was archived. */
  readonly streams: readonly { readonly stream: string; readonly report: AuditReport }[];
  readonly live: LiveReport | undefined;
}

/** Clocks differ, and age is looked at now and then only. */
const ageToleranceMs = 3_600_000;
const auditAgeMs = auditDays * 86_400_000;

/** Checks a region's archive, and AUDIT beside it when that is asked for. */
export async function verifyArchive(
  context: CommandContext,
  keys: AuditKeyRing,
  options: ArchiveArguments,
): Promise<ArchiveReport> {
  const source = archiveAt(options.archive, context.variables);
  const connection = options.live ? await connectOperator(context.variables) : undefined;
  const progress = countRecords(context.messages);
  try {
    const verifier = new ArchiveVerifier(keys);
    const live = connection && (await comparisonWith(connection));
    for await (const name of namesWithin(source.names(), options)) {
      await addObject({ verifier, live, source, name, count: progress.add });
    }
    const chains = live && verifier.end && verifier.chains.get(verifier.end.stream);
    if (chains) for await (const record of live.rest()) chains.add(record);
    return reportOf(verifier, live?.report());
  } finally {
    progress.stop();
    source.close();
    await connection?.close();
  }
}

interface Adding {
  readonly verifier: ArchiveVerifier;
  readonly live: LiveComparison | undefined;
  readonly source: ArchiveSource;
  readonly name: string;
  readonly count: () => void;
}

async function addObject({ verifier, live, source, name, count }: Adding): Promise<void> {
  const records = verifier.add(name, await source.read(name));
  const stream = verifier.end?.stream ?? "";
  for (const record of records) {
    count();
    await live?.add(record, stream);
  }
}

async function comparisonWith(connection: NatsConnection): Promise<LiveComparison> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const { created } = await streams.info("AUDIT");
  return new LiveComparison({
    name: streamNameOf(created),
    records: storedRecords(connection, wholeRange),
    agedBefore: Date.now() - auditAgeMs + ageToleranceMs,
  });
}

function reportOf(verifier: ArchiveVerifier, live: LiveReport | undefined): ArchiveReport {
  const streams = [...verifier.chains].map(([stream, chains]) => ({
    stream,
    report: chains.report(),
  }));
  const differs =
    live !== undefined && (live.missing + live.different + live.notArchived > 0 || live.madeAnew);
  const broken = verifier.faults.length > 0 || streams.some(({ report }) => !report.intact);
  const { objects, faults } = verifier;
  return { intact: !broken && !differs, objects, faults, streams, live };
}
