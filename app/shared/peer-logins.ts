import { type RegionName, regionNames } from "../contract/regions.ts";
import { passwordFiles } from "./password-files.ts";

/** Another region, and the file with the password of a user whom it concerns here. */
export interface PeerLogin {
  readonly region: RegionName;
  readonly passwordFile: string;
}

/** `eu-west=/secrets/eu-west,ap-south=/secrets/ap-south` */
export const peerLogins = passwordFiles(regionNames).transform((files): readonly PeerLogin[] =>
  files.map(({ name, passwordFile }) => ({ region: name, passwordFile })),
);
