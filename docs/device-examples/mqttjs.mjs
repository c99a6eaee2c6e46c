/** A device with MQTT.js 5: gets its alerts with QoS 1 and sends one report. */
import { readFileSync } from "node:fs";
import mqtt from "mqtt";

// Of its own for each device, or all of them come back in the same moment after an outage.
const firstDelayMs = 1_000 + Math.random() * 4_000;
const longestDelayMs = 300_000;
const { DEVICE_ID: device, DEVICE_SECRET: password, HOST, PORT, CA_FILE } = process.env;
const client = mqtt.connect(`mqtts://${HOST}:${PORT}`, {
  clientId: device,
  username: device,
  password,
  ca: readFileSync(CA_FILE),
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
  reconnectPeriod: firstDelayMs,
  // Otherwise MQTT.js gives up for good after a refusal, also after one that ends by itself.
  reconnectOnConnackError: true,
});
// The next attempt, if this one fails, comes after twice as long.
client.on("reconnect", () => {
  client.options.reconnectPeriod = Math.min(client.options.reconnectPeriod * 2, longestDelayMs);
});
client.on("connect", async () => {
  client.options.reconnectPeriod = firstDelayMs;
  const [grant] = await client.subscribeAsync(`clients/${device}/alerts`, { qos: 1 });
  console.log(`subscribed: ${grant.qos}`);
  await client.publishAsync(`clients/${device}/reports`, '{"reading":21.5}', { qos: 1 });
});
client.on("message", (_topic, payload) => console.log(`alert: ${payload}`));
client.on("error", (error) => console.log(`refused: ${error.message}`));
