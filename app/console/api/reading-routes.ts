import { deviceView, timeText } from "../../registry/device-view.ts";
import { UnreadableDevice } from "../../registry/registry-errors.ts";
import type { IndexState } from "../device-index/index-keeper.ts";
import { type Api, type ApiOptions, answer, failures, holderOf } from "./api.ts";
import { Device, DeviceList, DeviceListQuery, OneItem } from "./device-schemas.ts";
import { entityTag } from "./entity-tag.ts";
import { Problem } from "./problem.ts";

const tags = ["devices"];

/** What viewers may do. */
export function addReadingRoutes(api: Api, { registry, devices, scans }: ApiOptions): void {
  api.get(
    "/devices",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Searches the devices, page by page, in the order of their ids",
        description:
          "An index says which devices fit; it learns of changes within seconds, and `index` tells how far it is. What is shown of them is read from the table. What a token makes the table look at in a minute is bounded (429).",
        querystring: DeviceListQuery,
        response: { 200: answer("A page", DeviceList), ...failures },
      },
    },
    async (request) => {
      const { after, limit, ...filter } = request.query;
      const holder = holderOf(request);
      const found = await scans.spend(holder, (scan) =>
        devices.page(holder, filter, { after, limit: Math.min(limit, scan) }),
      );
      return {
        devices: found.records.map(deviceView),
        unreadable: [...found.unreadable],
        scanned: found.scanned,
        found: found.found,
        index: indexView(found.state),
        ...(found.next !== undefined && { next: found.next }),
      };
    },
  );
  api.get(
    "/devices/:clientId",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Shows one device",
        params: OneItem,
        response: { 200: answer("The device", Device), ...failures },
      },
    },
    async ({ params: { clientId } }, reply) => {
      const found = await registry.get(clientId);
      if (!found) throw noSuchDevice(clientId);
      if (found.unreadable) throw new UnreadableDevice(clientId, found.unreadable.reason);
      reply.header("etag", entityTag(found.record));
      return deviceView(found.record);
    },
  );
}

export const noSuchDevice = (clientId: string) =>
  new Problem("no-such-device", `${clientId} is not registered`);

const indexView = ({ filledAt, filling, read, about, asOf }: IndexState) => ({
  complete: filledAt !== undefined,
  reading: filling,
  read,
  ...(about !== undefined && { about }),
  ...(asOf !== undefined && { asOf: timeText(asOf) }),
});
