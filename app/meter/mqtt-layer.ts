import { z } from "zod";

/** What nats-server's MQTT layer stores of a session. */
const SessionSchema = z.object({ id: z.string() });

/** The device that a session is of; undefined for what is no session. */
export function clientOfSession(record: Uint8Array): string | undefined {
  try {
    return SessionSchema.safeParse(JSON.parse(Buffer.from(record).toString("utf8"))).data?.id;
  } catch {
    return undefined;
  }
}

/**
 * The device that sent what is held, by `held.<client id>.<packet id>`. The topic says nothing of the
 * sender: nats-server holds a message before it looks at what its sender may publish.
 */
export const clientOfHeld = (subject: string): string | undefined => subject.split(".")[1];
