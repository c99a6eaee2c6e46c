import { z } from "zod";
import { regionNames } from "../contract/regions.ts";
import {
  auditSchema,
  count,
  EnvironmentInvalid,
  list,
  natsSchema,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";
import { printable } from "../shared/printable.ts";

/** `name=address`: a server of the core and where it can be asked how it is. */
const monitors = list.transform((items, context) => {
  const addresses = new Map<string, string>();
  for (const item of items) {
    const [, name = "", address = ""] = /^([a-z0-9-]+)=(http:\/\/\S+)$/.exec(item) ?? [];
    if (name === "" || addresses.has(name)) {
      context.addIssue("must be name=http://address of each server, each name once");
      return z.NEVER;
    }
    addresses.set(name, address);
  }
  return addresses;
});

const shape = {
  ...processSchema,
  ...natsSchema,
  ...auditSchema,
  /** The server beside which this process runs: one of those in `CORE_MONITORS`. */
  SERVER_NAME: z.string().min(1),
  /** Folder that it shares with the server: the server's process id, and its orders. */
  SERVER_FOLDER: z.string().min(1),
  CORE_MONITORS: monitors,
  /** The other regions, whose streams are mirrored here. */
  PEERS: list.pipe(z.array(z.enum(regionNames))).default([]),
  /** How often it looks. A copy is damaged when it is so at two looks. */
  LOOK_SECONDS: count.max(600).default(10),
  /** How often in 24 hours this server's copies may be made anew. More often it is the disk. */
  MENDS_PER_DAY: count.max(100).default(3),
};

export type MenderEnvironment = ReturnType<typeof readMenderEnvironment>;

/** @throws EnvironmentInvalid also when the server is none of those that are looked at. */
export function readMenderEnvironment(environment?: Record<string, string | undefined>) {
  const read = readEnvironment(shape, environment);
  const { SERVER_NAME: name, CORE_MONITORS: servers } = read;
  if (servers.has(name)) return read;
  const known = [...servers.keys()].join(", ");
  throw new EnvironmentInvalid(
    `the environment is not valid:\n  SERVER_NAME: must be one of CORE_MONITORS (${known}); got "${printable(name, 100)}"`,
  );
}
