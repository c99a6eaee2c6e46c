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

/** Header of a held message: the subject that it will have when it is released. */
export const heldSubjectHeader = "Nmqtt-Subject";

/** The device that sent what is held: it may send its own reports only. */
export function clientOfHeld(subject: string | undefined): string | undefined {
  const [head, clientId, kind, ...more] = subject?.split(".") ?? [];
  return head === "clients" && kind === "reports" && more.length === 0 ? clientId : undefined;
}
