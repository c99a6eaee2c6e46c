import { z } from "zod";
import { parseJson } from "../contract/parse-json.ts";
import { subjects } from "../contract/subjects.ts";

/** What nats-server's MQTT layer stores of a session; its subscriptions by NATS subject. */
const SessionSchema = z.object({
  id: z.string(),
  clean: z.boolean().default(false),
  subs: z.record(z.string(), z.unknown()).default({}),
});

export interface SessionRecord {
  readonly clientId: string;
  /** Ends with its connection. */
  readonly clean: boolean;
  /** To the device's alerts. */
  readonly subscribed: boolean;
}

/** Undefined for what is no session. */
export function readSession(record: Uint8Array): SessionRecord | undefined {
  const session = SessionSchema.safeParse(parseJson(record)).data;
  if (!session) return undefined;
  const { id: clientId, clean, subs } = session;
  return { clientId, clean, subscribed: Object.hasOwn(subs, subjects.alerts(clientId)) };
}

/** What a server tells of the end of a connection of a device. */
const EndSchema = z.object({
  client: z.object({
    client_type: z.literal("mqtt"),
    client_id: z.string(),
    start: z.iso.datetime({ offset: true }),
    stop: z.iso.datetime({ offset: true }),
  }),
});

export interface SessionEnd {
  readonly clientId: string;
  /** By the clock of the edge, in milliseconds since 1970. */
  readonly start: number;
  readonly stop: number;
}

/** Undefined for what was no device's connection. */
export function readEnd(event: Uint8Array): SessionEnd | undefined {
  const client = EndSchema.safeParse(parseJson(event)).data?.client;
  if (!client) return undefined;
  const { client_id: clientId, start, stop } = client;
  return { clientId, start: Date.parse(start), stop: Date.parse(stop) };
}
