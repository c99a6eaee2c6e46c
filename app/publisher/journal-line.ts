import { crc32 } from "node:zlib";

/** An alert as the journal keeps it. */
export interface JournaledAlert {
  /** Counts from 1, in the order in which alerts were published. */
  readonly number: number;
  readonly clientId: string;
  readonly id: string;
  readonly payload: Uint8Array;
}

export type JournalLine =
  | { readonly kind: "alert"; readonly alert: JournaledAlert }
  /** These need not be sent any more. */
  | { readonly kind: "settled"; readonly numbers: readonly number[] };

/** A line is a checksum and JSON, so that one that was written in part is seen to be. */
function lineOf(value: object): string {
  const text = JSON.stringify(value);
  return `${crc32(text).toString(16).padStart(8, "0")} ${text}\n`;
}

export function alertLine({ number, clientId, id, payload }: JournaledAlert): string {
  return lineOf({ n: number, c: clientId, i: id, p: Buffer.from(payload).toString("base64") });
}

export function settledLine(numbers: readonly number[]): string {
  return lineOf({ s: numbers });
}

/** Undefined for what is no whole line. */
export function parseLine(line: string): JournalLine | undefined {
  const text = line.slice(9);
  if (line[8] !== " " || crc32(text) !== Number.parseInt(line.slice(0, 8), 16)) return undefined;
  try {
    // The checksum says that we wrote it.
    const { n, c, i, p, s } = JSON.parse(text);
    if (s) return { kind: "settled", numbers: s };
    return {
      kind: "alert",
      alert: { number: n, clientId: c, id: i, payload: Buffer.from(p, "base64") },
    };
  } catch {
    return undefined;
  }
}

export interface JournalContent {
  /** Not settled, in the order in which they were published. */
  readonly alerts: readonly JournaledAlert[];
  readonly lastNumber: number;
  /** Up to where the lines are whole: what follows was being written when its writer ended. */
  readonly wholeBytes: number;
  /** Lines before that which do not read. */
  readonly damagedLines: number;
}

const newline = 0x0a;

export function parseJournal(bytes: Buffer): JournalContent {
  const alerts = new Map<number, JournaledAlert>();
  let [lastNumber, wholeBytes, damagedLines, unread, start] = [0, 0, 0, 0, 0];
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    const line = parseLine(bytes.toString("utf8", start, end));
    start = end + 1;
    if (!line) {
      unread++;
      continue;
    }
    // What does not read and has something behind it is not the end that was cut off.
    damagedLines += unread;
    unread = 0;
    wholeBytes = start;
    if (line.kind === "settled") for (const number of line.numbers) alerts.delete(number);
    else {
      alerts.set(line.alert.number, line.alert);
      lastNumber = Math.max(lastNumber, line.alert.number);
    }
  }
  return { alerts: [...alerts.values()], lastNumber, wholeBytes, damagedLines };
}
