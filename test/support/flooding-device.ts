/** A process that is one device which sends a report over and over: `fork` it with its orders. */
import { readFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { topics } from "../../app/contract/subjects.ts";

export interface FloodOrders {
  readonly url: string;
  readonly caFile: string;
  readonly clientId: string;
  readonly password: string;
  readonly report: string;
  readonly perSecond: number;
  readonly seconds: number;
}

process.once("message", async (orders: FloodOrders) => {
  const { url, caFile, clientId, password, report, perSecond, seconds } = orders;
  const device = await connectAsync(url, {
    ...{ clientId, username: clientId, password, ca: readFileSync(caFile), protocolVersion: 4 },
    reconnectPeriod: 0,
  });
  let sent = 0;
  const begunMs = performance.now();
  const turn = setInterval(() => {
    const elapsed = (performance.now() - begunMs) / 1000;
    if (elapsed >= seconds || !device.connected) {
      clearInterval(turn);
      process.send?.({ sent }, () => process.exit(0));
      return;
    }
    // What the edge does not take in waits here: an endless queue would be this process's end.
    while (sent < elapsed * perSecond && device.stream.writableLength < 4 * 1024 ** 2) {
      device.publish(topics.reports(clientId), report, { qos: 0 });
      sent++;
    }
  }, 5);
});
