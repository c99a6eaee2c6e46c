import { mqttStreamMaker } from "../../app/contract/stream-makers.ts";
import { type JetStreamManager, jetstreamManager } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "./stored.ts";
import { startTestRegion } from "./test-region.ts";

export interface MqttRegion {
  readonly region: Region;
  /** Of the account of the devices. */
  readonly jsm: JetStreamManager;
  stop(): Promise<void>;
}

/** A region that devices connect to, and who makes the streams of its MQTT layer. */
export async function startMqttRegion(): Promise<MqttRegion> {
  const none = { bridges: 0, inspectors: 0 };
  const region = await startTestRegion({ core: 3, edges: 1, auths: 1, ...none });
  const maker = await connectAs(region, mqttStreamMaker);
  return {
    region,
    jsm: await jetstreamManager(maker),
    stop: async () => {
      await maker.close();
      await region.stop();
    },
  };
}
