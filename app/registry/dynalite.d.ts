declare module "dynalite" {
  import type { Server } from "node:http";

  /** A DynamoDB emulator. Without `path` its tables live in memory. */
  export default function dynalite(options?: { path?: string; createTableMs?: number }): Server;
}
