import { createLog } from "../shared/log.ts";
import { connectNats, type NatsConnection } from "../shared/nats.ts";
import { StreamUnread } from "../shared/stored-messages.ts";
import { tryNatsLogin } from "./nats-login.ts";
import { OperatorError } from "./operator-error.ts";
import { natsShape, settingsFrom, type Variables } from "./operator-settings.ts";

export const operatorUser = "operator";

/** Connects as the operator, or says in a sentence why no server lets it in. */
export async function connectOperator(variables: Variables): Promise<NatsConnection> {
  const settings = settingsFrom(natsShape, variables);
  const { NATS_SERVERS: servers, NATS_CA_FILE: caFile, OPERATOR_PASSWORD_FILE } = settings;
  const passwordFile = OPERATOR_PASSWORD_FILE;
  const failures: string[] = [];
  for (const url of servers) {
    try {
      await tryNatsLogin({ url, caFile, user: operatorUser, passwordFile });
      const nats = { servers, user: operatorUser, passwordFile, caFile };
      return await connectNats(nats, "sentinel", createLog("sentinel", "silent"));
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      failures.push(`${url}: ${error.message}`);
    }
  }
  throw new OperatorError(`no NATS server can be used: ${failures.join("; ")}`);
}

/** Gives a task a connection as the operator. */
export async function withNats<T>(
  variables: Variables,
  task: (connection: NatsConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectOperator(variables);
  try {
    return await task(connection);
  } catch (error) {
    if (!(error instanceof StreamUnread)) throw error;
    throw new OperatorError(`${error.message}; run sentinel doctor`, { cause: error });
  } finally {
    await connection.close();
  }
}
