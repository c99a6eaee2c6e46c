import type { FastifyReply } from "fastify";
import { deviceView } from "../../registry/device-view.ts";
import type { ChangeResult } from "../../registry/device-writes.ts";
import { ConditionalHeaders, OneDevice } from "./device-schemas.ts";
import { entityTag } from "./entity-tag.ts";
import { Problem } from "./problem.ts";
import { noSuchDevice } from "./reading-routes.ts";

/** What every change of one device takes. */
export const oneDevice = { params: OneDevice, headers: ConditionalHeaders };

/** What became of a device. @throws Problem when nothing did */
export function changed(result: ChangeResult, clientId: string, reply: FastifyReply) {
  const { outcome } = result;
  if (outcome === "unknown") throw noSuchDevice(clientId);
  if (outcome === "refused") {
    throw new Problem("device-revoked", "delete it to register the id anew");
  }
  reply.header("etag", entityTag(result.record));
  return { outcome, device: deviceView(result.record) };
}
