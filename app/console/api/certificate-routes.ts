import { type Api, type ApiOptions, answer, byOf, failures } from "./api.ts";
import { changed, oneDevice } from "./changed-device.ts";
import { ChangedDevice, PinnedCertificate } from "./device-schemas.ts";

const tags = ["devices"];
const path = "/devices/:clientId/certificate";
const response = { 200: answer("What became of it", ChangedDevice), ...failures };

/** For regions whose devices prove themselves by certificates. */
export function addCertificateRoutes(api: Api, { registry, clock }: ApiOptions): void {
  api.put(
    path,
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Leaves a device only this one of the certificates that were issued for it",
        ...oneDevice,
        body: PinnedCertificate,
        response,
      },
    },
    async (request, reply) => {
      const { clientId } = request.params;
      const { fingerprint } = request.body;
      const result = await registry.pin(clientId, fingerprint, byOf(request, clock));
      return changed(result, clientId, reply);
    },
  );
  api.delete(
    path,
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Lets a device connect with any certificate that was issued for it",
        ...oneDevice,
        response,
      },
    },
    async (request, reply) => {
      const { clientId } = request.params;
      return changed(await registry.unpin(clientId, byOf(request, clock)), clientId, reply);
    },
  );
}
