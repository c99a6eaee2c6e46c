import { z } from "zod";
import { type RegionName, regionNames } from "../contract/regions.ts";
import { list } from "./environment.ts";

/** Another region, and the file with the password of a user in its source account here. */
export interface PeerLogin {
  readonly region: RegionName;
  readonly passwordFile: string;
}

const isRegion = (name: string | undefined): name is RegionName =>
  regionNames.some((region) => region === name);

/** `eu-west=/secrets/eu-west,ap-south=/secrets/ap-south` */
export const peerLogins = list.transform((items, context): PeerLogin[] =>
  items.map((item) => {
    const [, region, passwordFile] = /^([^=]+)=(.+)$/.exec(item) ?? [];
    if (isRegion(region) && passwordFile !== undefined) return { region, passwordFile };
    context.addIssue(
      `must be region=file, comma separated, of ${regionNames.join(", ")}; "${item}" is not`,
    );
    return z.NEVER;
  }),
);
