import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { topics } from "../../app/contract/subjects.ts";
import { openPublisher } from "../../app/publisher/publisher.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "./clients.ts";
import { eventually } from "./inspection.ts";

/** A publisher that keeps its alerts until they are confirmed, its device, and twenty alerts a second. */
export async function confirmedPublisher(region: Region, clientId: string) {
  const password = await registerDevice(region, clientId);
  const { client, received } = await connectDevice(region, { clientId, password });
  await client.subscribeAsync(topics.alerts(clientId));
  const publisher = await openPublisher({
    ...{ url: region.endpoints.upstreamUrl, username: "publisher" },
    password: () => readFileSync(region.secrets.upstreamPasswordFile("publisher"), "utf8"),
    ca: () => readFileSync(region.certificates.caFile),
    journal: join(region.directory, clientId),
  });
  const published: string[] = [];
  const state = { confirmed: 0, stopped: false };
  const running = (async () => {
    while (!state.stopped) {
      const text = JSON.stringify({ n: published.length });
      published.push(text);
      void (await publisher.publish(clientId, text)).confirmed.then(() => state.confirmed++);
      await delay(50);
    }
  })();
  const confirm = (count: number) => {
    const goal = state.confirmed + count;
    return eventually(
      () => state.confirmed,
      (now) => now >= goal,
    );
  };
  const finish = async () => {
    state.stopped = true;
    await running;
    await eventually(
      () => state.confirmed,
      (now) => now === published.length,
    );
    await publisher.close();
    // What passes in the seconds after a device has subscribed may come once more.
    const came = () => [...new Set(received.map(({ payload }) => payload))];
    await eventually(came, ({ length }) => length === published.length);
    await client.endAsync(true);
    return { published, came: came() };
  };
  return { state, confirm, finish };
}
