import { z } from "zod";
import { type Api, type ApiOptions, byOf, failures } from "./api.ts";
import { ConditionalHeaders, DeletionQuery, OneDevice } from "./device-schemas.ts";
import { Problem } from "./problem.ts";
import { noSuchDevice } from "./reading-routes.ts";

/** Makes a device's id free again. */
export function addDeletionRoute(api: Api, { registry, clock }: ApiOptions): void {
  api.delete(
    "/devices/:clientId",
    {
      config: { access: "admin" },
      schema: {
        tags: ["devices"],
        summary: "Deletes the record of a revoked device, so that its id is free",
        params: OneDevice,
        querystring: DeletionQuery,
        headers: ConditionalHeaders,
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
