import { join } from "node:path";
import { DeviceIndex } from "../../app/console/device-index/device-index.ts";
import { DeviceSearch } from "../../app/console/device-index/device-search.ts";
import { IndexKeeper, type IndexQuestion } from "../../app/console/device-index/index-keeper.ts";
import { TableFill } from "../../app/console/device-index/table-fill.ts";
import type { DeviceRegistry } from "../../app/registry/device-registry.ts";

/** The console's search where nobody tells of changes: all of the table is read for each question. */
export function searchOfTable(registry: DeviceRegistry, directory: string) {
  const index = new DeviceIndex({ path: join(directory, "devices.sqlite"), limitBytes: 2 ** 26 });
  const fill = new TableFill({
    ...{ index, registry, clock: Date.now, unitsPerSecond: 1e9, everyMs: 1e12 },
    about: async () => undefined,
    onFailure: () => {},
  });
  const keeper = new IndexKeeper({ index, registry, fill, clock: Date.now });
  const find = async (question: IndexQuestion) => {
    fill.startAnew(undefined);
    await fill.readToEnd();
    return keeper.find(question);
  };
  return { search: new DeviceSearch({ find, registry }), close: () => index.close() };
}
