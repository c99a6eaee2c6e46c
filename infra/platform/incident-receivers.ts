import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { alertmanagers } from "./alertmanagers.ts";

/** Who is told of incidents. */
export interface IncidentReceivers {
  /** Whether the region's own Alertmanager is there to be told. */
  readonly alertmanager: boolean;
  readonly webhooks: readonly { readonly name: string; readonly url: string }[];
}

const keyBytes = 32;

/** The file that names them to the aggregator, and the secrets by which webhooks are signed. */
export function incidentReceivers(
  name: string,
  { alertmanager, webhooks }: IncidentReceivers,
  parent: pulumi.Resource,
) {
  const secrets = Object.fromEntries(
    webhooks.map((hook) => {
      const key = new random.RandomBytes(
        `${name}-webhook-${hook.name}`,
        { length: keyBytes },
        { parent },
      );
      return [hook.name, pulumi.interpolate`whsec_${key.base64}`];
    }),
  );
  const file = pulumi
    .all(secrets)
    .apply((known) =>
      JSON.stringify([
        ...(alertmanager ? alertmanagers : []),
        ...webhooks.map((hook) => ({ ...hook, kind: "webhook", secret: known[hook.name] })),
      ]),
    );
  return { file, secrets };
}
