import { changeReader } from "../../app/contract/peers.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import type { RegionOptions } from "../../local/region-options.ts";
import { startAuthProcess } from "./auth-process.ts";
import { connectDevice, registerDevice } from "./clients.ts";
import { type LinkedRegions, startLinkedRegions } from "./linked-regions.ts";

export const home: RegionName = "us-east";
export const away: RegionName = "eu-west";
const peerOf = (name: RegionName) => (name === home ? away : home);

/** Long enough that nothing ends by itself. */
const patient = { SWEEP_SECONDS: "7200", CACHE_POSITIVE_SECONDS: "600" };

type Auth = Awaited<ReturnType<typeof startAuthProcess>>;

/** Two regions with one device table, as a global table is one for its devices, and auth in each. */
export interface PairedRegions {
  readonly linked: LinkedRegions;
  /** Replaced by who ends one and starts another. */
  readonly auths: Record<string, Auth>;
  startAuth(name: RegionName, settings?: Record<string, string>): Promise<Auth>;
  /** Resolves with the secret of a new device. */
  register(clientId: string): Promise<string>;
  connect(name: RegionName, clientId: string, password: string, clean?: boolean): Promise<Session>;
  stop(): Promise<void>;
}

/** `ended` turns true when the edge closes it. It does not come back by itself. */
export interface Session {
  ended: boolean;
  close(): Promise<unknown>;
}

export async function startPairedRegions(
  options: Pick<RegionOptions, "reportGates"> = {},
): Promise<PairedRegions> {
  const none = { bridges: 0, inspectors: 0, auths: 0, ...options };
  const linked = await startLinkedRegions([home, away], { core: 3, edges: 1, ...none });
  const auths: Record<string, Auth> = {};
  const startAuth = (name: RegionName, settings: Record<string, string> = {}) => {
    const region = linked.of(name);
    const peer = peerOf(name);
    return startAuthProcess(region, {
      ...patient,
      ...{ REGION: name, ENFORCEMENT_MODE: "enforce" },
      DYNAMODB_ENDPOINT: linked.of(home).endpoints.dynamodbUrl,
      PEER_PASSWORD_FILES: `${peer}=${region.secrets.passwordFile(changeReader(peer))}`,
      ...settings,
    });
  };
  const stop = async () => {
    await Promise.all(Object.values(auths).map((auth) => auth.stop()));
    await linked.stop();
  };
  const started = await Promise.allSettled(
    [home, away].map(async (name) => {
      auths[name] = await startAuth(name);
    }),
  );
  const failed = started.find((each) => each.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    ...{ linked, auths, startAuth, stop },
    register: (clientId) => registerDevice(linked.of(home), clientId),
    connect: async (name, clientId, password, clean = true) => {
      const { client } = await connectDevice(linked.of(name), { clientId, password, clean });
      const session = { ended: false, close: () => client.endAsync(true) };
      client.on("close", () => {
        session.ended = true;
      });
      return session;
    },
  };
}
