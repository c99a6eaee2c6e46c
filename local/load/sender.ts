import { readFileSync } from "node:fs";
import { connectAsync, type MqttClient } from "mqtt";
import { topics } from "../../app/contract/subjects.ts";
import { openPublisher } from "../../app/publisher/publisher.ts";
import type { SimulatedAlert } from "./messages.ts";
import type { PublisherOrders } from "./protocol.ts";

/** How simulated alerts leave, whatever becomes of the password meanwhile. */
export interface Sender {
  /** Resolves when it is promised that the alert is delivered. Those of a client stay in order. */
  send(alert: SimulatedAlert): Promise<void>;
  end(): Promise<void>;
}

const connections = 4;

/** Read at each connection, because both may be renewed. */
const loginOf = ({ passwordFile, caFile }: PublisherOrders) => ({
  password: () => readFileSync(passwordFile, "utf8").trim(),
  ca: () => readFileSync(caFile),
});

/** As most publishers do: an alert is the broker's once that has acknowledged it. */
export async function acknowledgedSender(orders: PublisherOrders): Promise<Sender> {
  const { username } = orders;
  const { password, ca } = loginOf(orders);
  const connected = async (index: number): Promise<MqttClient> => {
    const client = await connectAsync(orders.url, {
      ...{ username, password: password(), ca: ca() },
      clientId: `publisher-${orders.run}-${index}`,
      protocolVersion: 5,
      // The session outlives a restart of the broker, so that unacknowledged alerts are sent again.
      clean: false,
      properties: { sessionExpiryInterval: 600 },
      reconnectPeriod: 250,
      reconnectOnConnackError: true,
    });
    client.on("reconnect", () => Object.assign(client.options, { password: password(), ca: ca() }));
    return client;
  };
  const clients = await Promise.all(Array.from({ length: connections }, (_, i) => connected(i)));
  // One connection per client, since order holds within a connection only.
  const connectionOf = new Map(
    orders.clients.map((client, i) => [client, clients[i % connections]]),
  );
  return {
    async send(alert) {
      const { client } = alert;
      await connectionOf
        .get(client)
        ?.publishAsync(topics.alerts(client), JSON.stringify(alert), { qos: 1 });
    },
    async end() {
      const ended = { properties: { sessionExpiryInterval: 0 } };
      await Promise.all(clients.map((client) => client.endAsync(false, ended)));
    },
  };
}

/** By the publisher library: an alert is kept in its journal until it is confirmed as stored. */
export async function confirmedSender(orders: PublisherOrders, journal: string): Promise<Sender> {
  // What is measured is not this machine's one disk.
  const publisher = await openPublisher({
    ...loginOf(orders),
    ...{ username: orders.username, url: orders.url, journal, sync: "never" },
  });
  return {
    async send(alert) {
      const { client, id } = alert;
      await (await publisher.publish(client, JSON.stringify(alert), { id })).confirmed;
    },
    async end() {
      await publisher.close();
    },
  };
}
