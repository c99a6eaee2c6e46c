/** What a report in line takes besides its payload: an object, its array, its place in the line. */
const overheadBytes = 256;

/** A line up to this long finds a place as long as there is any. */
const shortBytes = 16 * 1024;
/** Longer ones share so much of the room: the rest is for those who send now and then. */
const longShare = 3 / 4;
/** How much of what is left of that one line may take: what a device has kept during an outage. */
const share = 1 / 8;

/** How a report came. */
export interface Arrival {
  /** When the device sent it: it may wait for long. */
  readonly takenMs: number;
  /** As nats-server tells it; absent for 1. */
  readonly qos?: string | undefined;
}

interface Waiting extends Arrival {
  readonly report: Uint8Array;
}

interface Line {
  readonly clientId: string;
  readonly waiting: Waiting[];
  bytes: number;
  /** Whether its first report is on its way. */
  taken: boolean;
}

/** A report whose turn it is. */
export interface Turn extends Waiting {
  readonly line: Line;
  readonly clientId: string;
}

/**
 * Reports that wait, one line for each device, which take turns: whoever sends much waits for
 * itself. One report of a device is on its way at a time, so that they stay in order when one has to
 * be sent again.
 *
 * Long lines share their room by dynamic thresholds (Choudhury and Hahne, IEEE/ACM ToN 6(2), 1998): a
 * line may grow while it is shorter than a share of the room that is left. So nobody has to look for the
 * longest line.
 */
export class ReportLines {
  readonly #roomBytes: number;
  readonly #lines = new Map<string, Line>();
  /** Lines whose turn comes, the next one first. */
  readonly #turns = new Set<Line>();
  #bytes = 0;
  #reports = 0;

  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes;
  }

  /** Held, those on their way included. */
  get bytes(): number {
    return this.#bytes;
  }
  get reports(): number {
    return this.#reports;
  }

  /** False when there is no room for it. The bytes are copied. */
  add(clientId: string, report: Uint8Array, arrival: Arrival): boolean {
    const bytes = sizeOf(report);
    const line = this.#lines.get(clientId) ?? { clientId, waiting: [], bytes: 0, taken: false };
    if (!this.#mayGrow(line.bytes + bytes, bytes)) return false;
    // A view would keep all of what came with it in one read of the socket.
    line.waiting.push({ ...arrival, report: Uint8Array.from(report) });
    this.#change(line, 1, bytes);
    this.#lines.set(clientId, line);
    if (!line.taken) this.#turns.add(line);
    return true;
  }

  /** The report whose turn it is. Its line waits until `done` is called. */
  take(): Turn | undefined {
    const [line] = this.#turns;
    const first = line?.waiting[0];
    if (!line || !first) return undefined;
    this.#turns.delete(line);
    line.taken = true;
    return { ...first, line, clientId: line.clientId };
  }

  /** The report is stored: its line is last in turn now. */
  done({ line, report }: Turn): void {
    line.waiting.shift();
    line.taken = false;
    this.#change(line, -1, -sizeOf(report));
    if (this.#lines.get(line.clientId) !== line) return;
    if (line.waiting.length > 0) this.#turns.add(line);
    else this.#lines.delete(line.clientId);
  }

  /** Lets go of what waits of a device. What is on its way stays. @returns how many reports. */
  drop(clientId: string): number {
    const line = this.#lines.get(clientId);
    if (!line) return 0;
    this.#lines.delete(clientId);
    this.#turns.delete(line);
    const dropped = line.waiting.splice(line.taken ? 1 : 0);
    this.#change(
      line,
      -dropped.length,
      -dropped.reduce((sum, each) => sum + sizeOf(each.report), 0),
    );
    return dropped.length;
  }

  #mayGrow(lineBytes: number, added: number): boolean {
    if (lineBytes <= shortBytes) return this.#bytes + added <= this.#roomBytes;
    return lineBytes <= share * (longShare * this.#roomBytes - this.#bytes);
  }

  #change(line: Line, reports: number, bytes: number): void {
    line.bytes += bytes;
    this.#bytes += bytes;
    this.#reports += reports;
  }
}

const sizeOf = (report: Uint8Array) => report.length + overheadBytes;
