import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * A password of 192 random bits, secret in state and output. A letter comes first: nats-server
 * would read a value that starts with digits as a number.
 */
export function randomPassword(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  const bytes = new random.RandomBytes(name, { length: 24 }, { parent });
  return pulumi.interpolate`p${bytes.hex}`;
}
