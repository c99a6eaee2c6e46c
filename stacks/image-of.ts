import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings.ts";
import type { imageNames } from "./settings-schema.ts";

/**
 * Reference of one of our images. One that is pinned to its bytes does not name the version, so that
 * what is beside the servers is not replaced, and they with it, when only the others move on.
 */
export function imageOf(
  { imageRegistry }: { readonly imageRegistry: pulumi.Input<string> },
  { registry, version, digests }: NonNullable<Settings["images"]>,
  process: (typeof imageNames)[number],
): pulumi.Output<string> {
  const digest = digests?.[process];
  const which = digest === undefined ? `:${version}` : `@${digest}`;
  return pulumi.interpolate`${registry ?? imageRegistry}/${process}${which}`;
}
