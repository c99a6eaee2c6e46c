import { z } from "zod";
import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import type { Statement } from "./pair.ts";

const schema = z.object({
  from: z.string(),
  role: z.enum(["leads", "follows", "ends"]),
  name: z.string(),
});

/** Plain NATS: a statement that gets lost is made up for by the next one. */
export function tell(nats: NatsConnection, statement: Statement): void {
  if (!nats.isClosed()) nats.publish(subjects.bridgeStored, JSON.stringify(statement));
}

export function listen(nats: NatsConnection, hear: (statement: Statement) => void): void {
  nats.subscribe(subjects.bridgeStored, {
    callback(error, message) {
      const statement = error ? undefined : parse(message.string());
      if (statement) hear(statement);
    },
  });
}

function parse(text: string): Statement | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
