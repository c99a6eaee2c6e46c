import type { Region } from "../../local/region.ts";

interface Jsz {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly cluster?: { readonly leader?: string };
      readonly state: { readonly messages: number; readonly consumer_count: number };
    }[];
  }[];
}

/** What nats-server's MQTT layer keeps of devices in one of its streams, as the leader counts it. */
export async function mqttStream(region: Region, name: string) {
  for (const [index, { monitor }] of region.layout.cores.entries()) {
    const response = await fetch(`http://127.0.0.1:${monitor}/jsz?acc=DEVICES&streams=true`);
    const { account_details: accounts = [] } = (await response.json()) as Jsz;
    const streams = accounts.flatMap((account) => account.stream_detail ?? []);
    const found = streams.find((stream) => stream.name === name);
    if (found?.cluster?.leader === `core-${index + 1}`) return found.state;
  }
  throw new Error(`no core server leads a stream ${name}`);
}
