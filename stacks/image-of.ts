import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings.ts";
import type { imageNames } from "./settings-schema.ts";

/** Reference of one of our images. */
export function imageOf(
  { imageRegistry }: { readonly imageRegistry: pulumi.Input<string> },
  { registry, version, digests }: NonNullable<Settings["images"]>,
  process: (typeof imageNames)[number],
): pulumi.Output<string> {
  const digest = digests?.[process];
  return pulumi.interpolate`${registry ?? imageRegistry}/${process}:${version}${digest ? `@${digest}` : ""}`;
}
