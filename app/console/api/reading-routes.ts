import { deviceView } from "../../registry/device-view.ts";
import { UnreadableDevice } from "../../registry/registry-errors.ts";
import { type Api, type ApiOptions, answer, failures } from "./api.ts";
import { Device, DeviceList, DeviceListQuery, OneItem } from "./device-schemas.ts";
import { entityTag } from "./entity-tag.ts";
import { Problem } from "./problem.ts";

const tags = ["devices"];

/** What viewers may do. */
export function addReadingRoutes(api: Api, { registry, scans }: ApiOptions): void {
  api.get(
    "/devices",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Lists devices, in no particular order, page by page",
        description:
          "Looks at the whole table, page by page, whatever is asked for. With a filter a page may be empty, or short, without being the last: `next` goes on. What a token makes the table look at in a minute is bounded (429). What was written a moment ago may be missing.",
        querystring: DeviceListQuery,
        response: { 200: answer("A page", DeviceList), ...failures },
      },
    },
    async ({ query, holder }) => {
      const { after, limit, ...filter } = query;
      const { records, unreadable, scanned, next } = await scans.spend(holder?.name ?? "", (scan) =>
        registry.page(filter, { after, limit, scan }),
      );
      return {
        devices: records.map(deviceView),
        unreadable: [...unreadable],
        scanned,
        ...(next !== undefined && { next }),
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
