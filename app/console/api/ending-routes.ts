import { z } from "zod";
import { type Api, type ApiOptions, answer, byOf, failures } from "./api.ts";
import { changed } from "./changed-device.ts";
import {
  ChangedDevice,
  ConditionalHeaders,
  DeletionQuery,
  OneItem,
  RevocationQuery,
} from "./device-schemas.ts";
import { Problem } from "./problem.ts";
import { noSuchDevice } from "./reading-routes.ts";

const tags = ["devices"];
/** By force an item may be damaged, and have any key. */
const oneItem = { params: OneItem, headers: ConditionalHeaders };

/** What admins may do: end a device's right to connect, and make its id free again. */
export function addEndingRoutes(api: Api, { registry, clock }: ApiOptions): void {
  api.post(
    "/devices/:clientId/revoke",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Ends a device's right to connect, for good",
        ...oneItem,
        querystring: RevocationQuery,
        response: { 200: answer("What became of it", ChangedDevice), ...failures },
      },
    },
    async (request, reply) => {
      const { clientId } = request.params;
      const force = request.query.force === "true";
      return changed(
        await registry.revoke(clientId, byOf(request, clock), { force }),
        clientId,
        reply,
      );
    },
  );
  api.delete(
    "/devices/:clientId",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Deletes the record of a revoked device, so that its id is free",
        ...oneItem,
        querystring: DeletionQuery,
        response: { 204: z.undefined().describe("It is deleted"), ...failures },
      },
    },
    async (request, reply) => {
      const { clientId } = request.params;
      const force = request.query.force === "true";
      const { outcome } = await registry.delete(clientId, byOf(request, clock), { force });
      if (outcome === "unknown") throw noSuchDevice(clientId);
      if (outcome === "refused") {
        throw new Problem("device-not-revoked", "revoke it first, or add ?force=true");
      }
      reply.code(204);
    },
  );
}
