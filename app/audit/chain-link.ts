import { hash } from "node:crypto";
import { z } from "zod";

/** A record's place in the chain of its writer: `unmapped.chain` of the event. */
export interface ChainLink {
  /** One run of one process. */
  readonly writer: string;
  /** When the chain began, in milliseconds since 1970: what retention took is told by it. */
  readonly started: number;
  /** 0 for the record that begins the chain. */
  readonly sequence: number;
  /**
   * Every record below this number was stored when this one was taken. So one that is missing
   * there was removed; the others may have been lost with a writer that was killed.
   */
  readonly settled: number;
  /** Digest of the record before; the first has none. */
  readonly previous?: string | undefined;
}

/** Covers the subject, too: that is where readers look for what concerns a device. */
export const recordDigest = (subject: string, body: string) =>
  hash("sha256", `${subject}\n${body}`);

const LinkSchema = z.object({
  writer: z.string().regex(/^[a-z0-9-]{1,64}$/),
  started: z.int().nonnegative(),
  sequence: z.int().nonnegative(),
  settled: z.int().nonnegative(),
  previous: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const EventSchema = z.object({ unmapped: z.object({ chain: LinkSchema }) });

const TimeSchema = z.object({ time: z.int().nonnegative() });

/** When the event was, in milliseconds since 1970; 0 for one that does not say so. */
export const timeOf = (event: unknown): number => TimeSchema.safeParse(event).data?.time ?? 0;

/** The link of an event; undefined when it has none that can be read. */
export function linkOf(event: unknown): ChainLink | undefined {
  return EventSchema.safeParse(event).data?.unmapped.chain;
}
