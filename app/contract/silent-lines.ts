import { z } from "zod";
import { parseJson } from "./parse-json.ts";
import { ServerIdSchema } from "./server-id.ts";

/** Lines that one request may name. */
export const silentLinesAtOnce = 240;

const LineSchema = z.object({
  /** Of the peer, as nats-server shows it: `10.0.3.7:40122`. */
  peer: z.string().max(64),
  /** For how long nothing has come from it. */
  silentMs: z.int().positive(),
});

const RequestSchema = z.object({
  serverId: ServerIdSchema,
  lines: z.array(LineSchema).min(1).max(silentLinesAtOnce),
});

const AnswerSchema = z.object({ closed: z.int().nonnegative() });

/** A connection from which nothing comes any more, not even a PINGREQ. */
export type SilentLine = Readonly<z.infer<typeof LineSchema>>;
/** What a gate asks auth for: that the sessions behind these connections end. */
export type SilentLinesRequest = Readonly<z.infer<typeof RequestSchema>>;

export const parseSilentLinesRequest = (body: Uint8Array): SilentLinesRequest | undefined =>
  RequestSchema.safeParse(parseJson(body)).data;

/** How many sessions were closed; undefined for a refusal. */
export const parseSilentLinesAnswer = (body: Uint8Array): number | undefined =>
  AnswerSchema.safeParse(parseJson(body)).data?.closed;
