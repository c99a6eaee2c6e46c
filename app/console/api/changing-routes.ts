import type { DeviceRegistry } from "../../registry/device-registry.ts";
import { deviceView } from "../../registry/device-view.ts";
import type { ChangeResult } from "../../registry/device-writes.ts";
import { registerDevice, renewSecret } from "../../registry/issued-secrets.ts";
import type { ConditionalBy } from "../../registry/record-changes.ts";
import { type Api, type ApiOptions, answer, byOf, failures, secretHeaders } from "./api.ts";
import { changed, oneDevice } from "./changed-device.ts";
import {
  ChangedDevice,
  DeviceWithSecret,
  NewDevice,
  NewLabels,
  RotationQuery,
} from "./device-schemas.ts";
import { entityTag } from "./entity-tag.ts";

const tags = ["devices"];

/** What operators may do. */
export function addChangingRoutes(api: Api, options: ApiOptions): void {
  addSecretRoutes(api, options);
  addStatusRoutes(api, options);
  const { registry, clock } = options;
  api.put(
    "/devices/:clientId/labels",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Gives a device these labels instead of those it has",
        ...oneDevice,
        body: NewLabels,
        response: { 200: answer("What became of it", ChangedDevice), ...failures },
      },
    },
    async (request, reply) => {
      const { clientId } = request.params;
      const by = byOf(request, clock);
      const result = await registry.setLabels(clientId, request.body.labels, by);
      return changed(result, clientId, reply);
    },
  );
}

function addSecretRoutes(api: Api, { registry, clock }: ApiOptions): void {
  api.post(
    "/devices",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Registers a device and shows its secret, once",
        body: NewDevice,
        response: { 201: answer("It is registered", DeviceWithSecret), ...failures },
      },
    },
    async (request, reply) => {
      const { region, certificateFingerprint, ...values } = request.body;
      const chosen = {
        ...values,
        ...(region !== undefined && { region }),
        ...(certificateFingerprint !== undefined && { certificateFingerprint }),
      };
      const { record, secret } = await registerDevice(registry, chosen, byOf(request, clock));
      reply.code(201).headers({
        ...secretHeaders,
        location: `${request.url.split("?")[0]}/${record.clientId}`,
        etag: entityTag(record),
      });
      return { device: deviceView(record), secret };
    },
  );
  api.post(
    "/devices/:clientId/rotate",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Gives a device a new secret and shows it, once",
        ...oneDevice,
        querystring: RotationQuery,
        response: { 200: answer("It has a new secret", DeviceWithSecret), ...failures },
      },
    },
    async (request, reply) => {
      const { clientId } = request.params;
      const rotation = { clientId, overlapMs: request.query.overlapSeconds * 1_000 };
      const { result, secret } = await renewSecret(registry, rotation, byOf(request, clock));
      const { device } = changed(result, clientId, reply);
      // A new secret always changes the device: anything else is a defect, told as one.
      if (secret === undefined) throw new Error(`the rotation of ${clientId} changed nothing`);
      reply.headers(secretHeaders);
      return { device, secret };
    },
  );
}

type StatusChange = (
  registry: DeviceRegistry,
  clientId: string,
  by: ConditionalBy,
) => Promise<ChangeResult>;

const statusChanges = [
  {
    verb: "suspend",
    summary: "Keeps a device from connecting until it is resumed",
    make: (registry, clientId, by) => registry.suspend(clientId, by),
  },
  {
    verb: "resume",
    summary: "Lets a suspended device connect again",
    make: (registry, clientId, by) => registry.resume(clientId, by),
  },
  {
    verb: "disconnect",
    summary: "Ends a device's sessions, in every region; it may connect again at once",
    make: (registry, clientId, by) => registry.disconnect(clientId, by),
  },
] as const satisfies readonly {
  verb: string;
  summary: string;
  make: StatusChange;
}[];

function addStatusRoutes(api: Api, { registry, clock }: ApiOptions): void {
  for (const { verb, summary, make } of statusChanges) {
    api.post(
      `/devices/:clientId/${verb}`,
      {
        config: { access: "operator" },
        schema: {
          tags,
          summary,
          ...oneDevice,
          response: { 200: answer("What became of it", ChangedDevice), ...failures },
        },
      },
      async (request, reply) => {
        const { clientId } = request.params;
        return changed(await make(registry, clientId, byOf(request, clock)), clientId, reply);
      },
    );
  }
}
