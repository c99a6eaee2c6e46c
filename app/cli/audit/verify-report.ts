import type { LiveReport } from "../../audit/archive/live-comparison.ts";
import type { AuditReport } from "../../audit/audit-verifier.ts";
import type { NumberRange } from "../../audit/number-list.ts";
import type { WriterReport } from "../../audit/writer-check.ts";
import { printable } from "../../shared/printable.ts";
import type { ArchiveReport } from "./verify-archive.ts";

const seconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** One object a writer, and one for the whole. */
export function jsonLines({ writers, ...whole }: AuditReport): string[] {
  const times = (writer: WriterReport) => ({
    ...writer,
    firstStored: seconds(writer.firstStored),
    lastStored: seconds(writer.lastStored),
  });
  return [...writers.map(times), whole].map((each) => JSON.stringify(each));
}

/** The same of an archive: what its objects lack, one object each, comes first. */
export function archiveJsonLines({ streams, faults, ...whole }: ArchiveReport): string[] {
  return [
    ...faults.map((fault) => JSON.stringify(fault)),
    ...streams.flatMap(({ stream, report }) =>
      jsonLines(report).map((line) => JSON.stringify({ stream, ...JSON.parse(line) })),
    ),
    JSON.stringify(whole),
  ];
}

/** What a person reads of an archive. */
export function archiveTextLines(report: ArchiveReport): { text: string; bad: boolean }[] {
  const { faults, streams, live, objects } = report;
  const verdict = report.intact ? "intact" : "BROKEN";
  return [
    ...faults.map(({ name, code, text }) => ({
      text: `${printable(name, 200)}: ${code}: ${text}`,
      bad: true,
    })),
    ...streams.flatMap(({ stream, report }) => [
      { text: `stream AUDIT of ${stream}:`, bad: false },
      ...textLines(report),
    ]),
    ...(live ? liveLines(live) : []),
    { text: `${verdict}: an archive of ${objects} objects`, bad: !report.intact },
  ];
}

function liveLines(live: LiveReport): { text: string; bad: boolean }[] {
  const { same, missing, missingFirst, missingLast, different, differentFirst, notArchived } = live;
  const faults = [
    live.madeAnew && "AUDIT is not the stream that was archived last: it was made anew",
    missing > 0 &&
      `${missing} archived records are no longer in AUDIT, from ${missingFirst} to ${missingLast}`,
    different > 0 &&
      `${different} records of AUDIT are not what was archived, from ${differentFirst} on`,
    notArchived > 0 && `${notArchived} records of AUDIT were passed over by the archive`,
  ];
  return [
    { text: `${same} records are the same in AUDIT and in the archive`, bad: false },
    ...faults.flatMap((text) => (text === false ? [] : [{ text, bad: true }])),
  ];
}

/** What a person reads: a line a writer, and below it what is to be known of it. */
export function textLines(report: AuditReport): { text: string; bad: boolean }[] {
  const lines = report.writers.flatMap((writer) => [
    { text: writerLine(writer), bad: isBroken(writer) },
    ...remarksOn(writer),
  ]);
  for (const { writer, sequence, time } of report.vanished) {
    const text = `${printable(writer, 64)}: taken out as a whole; others saw its record ${sequence} of ${seconds(time)}`;
    lines.push({ text, bad: true });
  }
  const faults = [
    report.holes > 0 && `${report.holes} messages are missing from the stream, or out of order`,
    report.unbelieved > 0 &&
      `${report.unbelieved} heads of chains are not signed by a writer of this region`,
    report.unchained > 0 && `${report.unchained} records belong to no writer's chain`,
  ];
  for (const text of faults) if (text !== false) lines.push({ text, bad: true });
  const verdict = report.intact ? "intact" : "BROKEN";
  const counted = `${report.records} records of ${report.writers.length} writers`;
  return [...lines, { text: `${verdict}: ${counted}`, bad: !report.intact }];
}

function writerLine(writer: WriterReport): string {
  const numbers = `${writer.firstSequence} to ${writer.lastSequence}`;
  const state =
    writer.state === "closed"
      ? `closed ${seconds(writer.lastStored)}`
      : `open since ${seconds(writer.lastStored)}`;
  const name = printable(writer.writer, 64).padEnd(34);
  return `${name} ${String(writer.records).padStart(9)} records, ${numbers}, ${state}`;
}

const isBroken = ({ missing, altered, forged, contradicted }: WriterReport) =>
  missing + altered + forged + contradicted > 0;

/** The numbers, as far as they are kept. */
function named(ranges: readonly NumberRange[], count: number): string {
  const texts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const shown = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return `${texts.join(", ")}${count > shown ? ", …" : ""}`;
}

function remarksOn(writer: WriterReport): { text: string; bad: boolean }[] {
  const { missing, altered, forged, contradicted } = writer;
  const remarks: [count: number, text: string, bad: boolean][] = [
    [missing, `missing: ${named(writer.gaps, missing)}`, true],
    [altered, `altered: ${named(writer.alteredSequences, altered)}`, true],
    [forged, `not signed by this writer: ${named(writer.forgedSequences, forged)}`, true],
    [
      contradicted,
      `signed with two contents: ${named(writer.contradictedSequences, contradicted)}; the writer's key is in other hands`,
      true,
    ],
    [writer.unsigned, "unsigned, of a time without keys", false],
    [writer.missingAtEnd, "missing at the open end: lost with the writer, or on their way", false],
    [writer.duplicates, "stored twice, the same each time", false],
    [writer.reordered, "stored after a later one", false],
  ];
  return remarks
    .filter(([count]) => count > 0)
    .map(([count, text, bad]) => ({ text: `  ${count} ${text}`, bad }));
}
