import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { randomPassword } from "../platform/random-password.ts";
import { metadataOf, type WorkloadObjectsArgs } from "../platform/workload-objects.ts";
import { mosquittoPasswordEntry, type mosquittoUsers } from "./mosquitto-config.ts";

/** Key of the watcher's password in the bridge's Secret. */
export const watcherPassword = "watcher-password";

type User = keyof typeof mosquittoUsers;

/** The salt is kept with the password: a new one at each run would change the file for nothing. */
function userOf(user: User, { parent }: WorkloadObjectsArgs) {
  const password = randomPassword(`mosquitto-${user}-password`, parent);
  const salt = new random.RandomBytes(`mosquitto-${user}-salt`, { length: 12 }, { parent });
  const entry = pulumi
    .all([password, salt.base64])
    .apply(([secret, bytes]) => mosquittoPasswordEntry(user, secret, Buffer.from(bytes, "base64")));
  return { password, entry };
}

function secretOf(
  args: WorkloadObjectsArgs,
  name: string,
  stringData: Record<string, pulumi.Output<string>>,
) {
  const secret = new kubernetes.core.v1.Secret(
    name,
    { metadata: metadataOf(args, name), stringData },
    { parent: args.parent },
  );
  return secret.metadata.name;
}

/**
 * The users of the upstream broker, as Secrets: the broker's own holds hashes, each of the others
 * one password under the key `password`, that of the bridge also the watcher's.
 */
export function mosquittoSecrets(args: WorkloadObjectsArgs) {
  const bridge = userOf("bridge", args);
  const publisher = userOf("publisher", args);
  const watcher = userOf("watcher", args);
  return {
    passwords: secretOf(args, "mosquitto-passwords", {
      passwords: pulumi.interpolate`${publisher.entry}${bridge.entry}${watcher.entry}`,
    }),
    bridge: secretOf(args, "upstream-bridge", {
      password: bridge.password,
      [watcherPassword]: watcher.password,
    }),
    publisher: secretOf(args, "upstream-publisher", { password: publisher.password }),
  };
}
