import { subjects } from "../../contract/subjects.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { storedNow } from "../../shared/stored-messages.ts";

/** Times at which a device was admitted, in milliseconds since 1970. */
export interface LoginsAround {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The admissions of a device since some time, oldest first. @throws StreamUnread */
export async function loginsOf(
  connection: NatsConnection,
  clientId: string,
  sinceMs: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  const wanted = { from: { since: sinceMs }, filter: subjects.authAudit(clientId) };
  for await (const { data } of storedNow(connection, "AUDIT", wanted)) {
    const event = JSON.parse(Buffer.from(data).toString());
    if (event.activity_id === 1 && event.status_id === 1) times.push(event.time);
  }
  return times.sort((a, b) => a - b);
}

export const loginsAround = (logins: readonly number[], at: number): LoginsAround => ({
  before: logins.findLast((time) => time <= at),
  after: logins.find((time) => time > at),
});
