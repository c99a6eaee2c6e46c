/** Where an object of the archive lies, as its name says. */
export interface ArchivePlace {
  readonly region: string;
  /** When the stream was made. */
  readonly stream: string;
  /** Sequence of its first record, and when that was stored, in milliseconds since 1970. */
  readonly first: number;
  readonly storedAt: number;
}

/** `20260131T120000123Z`: sorts as time does, and may stand in any file's name. */
const compact = (ms: number) => new Date(ms).toISOString().replace(/[-:.]/g, "");

/** Name of a stream that was made at this time (ISO 8601). */
export const streamNameOf = (created: string): string => compact(Date.parse(created));

const numbered = (sequence: number) => String(sequence).padStart(16, "0");

/** Before every object of a stream whose first record has this sequence or a later one. */
export const nameFrom = (
  { region, stream }: Pick<ArchivePlace, "region" | "stream">,
  first: number,
) => `${region}/${stream}/${numbered(first)}`;

/**
 * Names sort as records do. Everything in a name is known from the first record: who archives the
 * same records a second time finds the name taken.
 */
export const objectName = (place: ArchivePlace): string =>
  `${nameFrom(place, place.first)}-${compact(place.storedAt)}.jsonl.gz`;

const pattern =
  /(?:^|\/)([a-z0-9-]{1,40})\/(\d{8}T\d{9}Z)\/(\d{16})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z\.jsonl\.gz$/;

/** Undefined for a name that the archive gives to nothing. */
export function placeOf(name: string): ArchivePlace | undefined {
  const match = pattern.exec(name);
  if (!match) return undefined;
  const [, region = "", stream = "", first, year, month, day, hour, minute, second, ms] = match;
  const storedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return { region, stream, first: Number(first), storedAt };
}
