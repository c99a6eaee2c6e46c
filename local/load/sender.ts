import { readFileSync } from "node:fs";
import { connectAsync, type MqttClient } from "mqtt";
import { topics } from "../../app/contract/subjects.ts";
import { openPublisher } from "../../app/publisher/publisher.ts";
import type { SimulatedAlert } from "./messages.ts";
import type { PublisherOrders } from "./protocol.ts";

/** How simulated alerts leave. */
export interface Sender {
  /** Resolves when it is promised that the alert is delivered. Those of a client stay in order. */
  send(alert: SimulatedAlert): Promise<void>;
  end(): Promise<void>;
}

const connections = 4;

function login({ username, passwordFile, caFile }: PublisherOrders) {
  return {
    username,
    password: readFileSync(passwordFile, "utf8").trim(),
    ca: readFileSync(caFile),
  };
}

/** As most publishers do: an alert is the broker's once that has acknowledged it. */
export async function acknowledgedSender(orders: PublisherOrders): Promise<Sender> {
  const connected = (index: number): Promise<MqttClient> =>
    connectAsync(orders.url, {
      ...login(orders),
      clientId: `publisher-${orders.run}-${index}`,
      protocolVersion: 5,
      // The session outlives a restart of the broker, so that unacknowledged alerts are sent again.
      clean: false,
      properties: { sessionExpiryInterval: 600 },
      reconnectPeriod: 250,
    });
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
    ...login(orders),
    ...{ url: orders.url, journal, sync: "never" },
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
