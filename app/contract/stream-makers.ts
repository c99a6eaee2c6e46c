import { changeConsumer } from "./duties.ts";
import { mqttStreamNames } from "./mqtt-streams.ts";
import { jetStreamInfo } from "./own-streams.ts";
import { durablyMirrored, mirrorConsumer, type SourceAccount } from "./peers.ts";
import { regionNames } from "./regions.ts";
import { inbox, type ServiceUser } from "./service-user.ts";
import type { StoreAccount } from "./stores.ts";

/** User who makes the streams of an account. */
export const streamMaker = (account: StoreAccount | SourceAccount) =>
  `provision-${account.toLowerCase().replaceAll("_", "-")}`;

/** User who makes the streams of nats-server's MQTT layer. */
export const mqttStreamMaker = "provision-devices";

/** Of provision: makes these streams of an account. */
export function streamMakerUser(
  account: StoreAccount | SourceAccount,
  streams: readonly string[],
): ServiceUser {
  const name = streamMaker(account);
  const operations = ["INFO", "CREATE", "UPDATE"];
  return {
    name,
    account,
    publish: [
      jetStreamInfo,
      ...operations.map((each) => `$JS.API.STREAM.${each}.*`),
      ...(streams.some((stream) => stream === "REGISTRY_CHANGES")
        ? [`$JS.API.CONSUMER.CREATE.REGISTRY_CHANGES.${changeConsumer}.>`]
        : []),
      // Mirrors of other regions are fed out of our own stream.
      ...(account === "CHANGES" ? regionNames : []).flatMap((region) =>
        durablyMirrored.map(
          (stream) => `$JS.API.CONSUMER.CREATE.${stream}.${mirrorConsumer(region)}`,
        ),
      ),
    ],
    subscribe: [inbox(name)],
  };
}

/** Of provision: makes the streams of nats-server's MQTT layer, before that makes them itself. */
export const mqttStreamMakerUser: ServiceUser = {
  name: mqttStreamMaker,
  account: "DEVICES",
  publish: [
    jetStreamInfo,
    ...mqttStreamNames.flatMap((name) =>
      ["INFO", "CREATE", "UPDATE", "DELETE"].map((call) => `$JS.API.STREAM.${call}.${name}`),
    ),
  ],
  subscribe: [inbox(mqttStreamMaker)],
};
