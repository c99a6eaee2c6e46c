import { z } from "zod";
import { upstreamWatcher } from "../contract/subjects.ts";
import { count, natsSchema, processSchema, readEnvironment } from "../shared/environment.ts";
import { runProcess } from "../shared/lifecycle.ts";
import { connectProcess } from "../shared/nats.ts";
import { renewedFile, renewedPassword } from "../shared/renewed-file.ts";
import { createBridge } from "./bridge.ts";
import { sessionKeyFile, upstreamClientId } from "./upstream-client-id.ts";
import { upstreamUrl } from "./upstream-url.ts";

const schema = {
  ...processSchema,
  ...natsSchema,
  UPSTREAM_URL: upstreamUrl,
  UPSTREAM_CA_FILE: z.string().min(1),
  UPSTREAM_USERNAME: z.string().min(1),
  UPSTREAM_PASSWORD_FILE: z.string().min(1),
  /** Of user `watcher`, of a broker that has one. */
  UPSTREAM_WATCHER_PASSWORD_FILE: z.string().min(1).optional(),
  /** Makes the client id of this replica's session, which nobody else may know. */
  UPSTREAM_SESSION_KEY_FILE: sessionKeyFile,
  /**
   * Unacknowledged messages that the broker may have sent. By default the most that MQTT knows:
   * what is held is bounded in bytes.
   */
  RECEIVE_MAXIMUM: count.max(65_535).default(65_535),
  /** What may be held until it is stored. Beyond it the bridge pauses. */
  HOLD_LIMIT_BYTES: count.default(128 * 1024 ** 2),
};

await runProcess(
  "bridge",
  () => readEnvironment(schema),
  async (environment, { log, metrics, fatal }) => {
    const { REPLICA: replica } = environment;
    const nats = await connectProcess("bridge", environment, log);
    const ca = renewedFile(environment.UPSTREAM_CA_FILE);
    const password = renewedPassword(environment.UPSTREAM_PASSWORD_FILE);
    const sessionOf = (name: string) =>
      upstreamClientId(environment.UPSTREAM_SESSION_KEY_FILE, name);
    const upstream = {
      ...environment.UPSTREAM_URL,
      username: environment.UPSTREAM_USERNAME,
      credentials: () => ({ ca: ca(), password: password() }),
      clientId: sessionOf(replica),
      receiveMaximum: environment.RECEIVE_MAXIMUM,
    };
    const watcherFile = environment.UPSTREAM_WATCHER_PASSWORD_FILE;
    const watcherPassword = watcherFile === undefined ? undefined : renewedPassword(watcherFile);
    const watcher = watcherPassword && {
      ...upstream,
      username: upstreamWatcher,
      credentials: () => ({ ca: ca(), password: watcherPassword() }),
    };
    const holdLimitBytes = environment.HOLD_LIMIT_BYTES;
    return createBridge({
      replica,
      upstream,
      watcher,
      sessionOf,
      nats,
      metrics,
      log,
      fatal,
      holdLimitBytes,
    });
  },
);
