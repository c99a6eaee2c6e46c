import type { Call } from "./calls.ts";
import { followChanges } from "./duties.ts";
import {
  changeAccount,
  changeReader,
  mirroredStreams,
  nudgeMirrors,
  readMirror,
  sourceAccount,
} from "./peers.ts";
import type { RegionName } from "./regions.ts";
import { inbox, type ServiceUser } from "./service-user.ts";
import { serviceUsers } from "./service-users.ts";
import { streamMakerUser } from "./stream-makers.ts";
import { subjects } from "./subjects.ts";

/** Every user with a password of a region with these peers. */
export const serviceUsersOf = (peers: readonly RegionName[]): readonly ServiceUser[] => [
  ...serviceUsers.map((user) => withMirrors(user, peers)),
  ...peers.flatMap((peer) => [
    streamMakerUser(sourceAccount(peer), mirroredStreams),
    changeReaderUser(peer),
  ]),
];

/** What users may ask of the copies of other regions' streams, beyond what they may anyway. */
const mirrorCalls: Readonly<Record<string, (peer: RegionName) => readonly Call[]>> = {
  delivery: readMirror,
  mender: nudgeMirrors,
};

const withMirrors = (user: ServiceUser, peers: readonly RegionName[]): ServiceUser => {
  const calls = peers.flatMap((peer) => mirrorCalls[user.name]?.(peer) ?? []);
  return calls.length > 0 ? { ...user, calls: [...(user.calls ?? []), ...calls] } : user;
};

/** Reads what a peer changed in the device registry, and who logged in there. */
function changeReaderUser(peer: RegionName): ServiceUser {
  const name = changeReader(peer);
  return {
    name,
    account: changeAccount(peer),
    calls: followChanges(sourceAccount(peer)),
    subscribe: [
      inbox(name),
      subjects.registryChanged("*"),
      subjects.barTold("*"),
      subjects.loginsTold("*"),
    ],
  };
}

/** Users who connect to the core with a password. */
export const coreUsers = (peers: readonly RegionName[]): readonly ServiceUser[] =>
  serviceUsersOf(peers).filter((user) => user.at !== "edge");
