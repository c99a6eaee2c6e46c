/** Of `bench/devices-index.ts`: writes so many devices into the index at a path, and tells what it took. */
import { statSync } from "node:fs";
import { DeviceIndex } from "../app/console/device-index/device-index.ts";
import { deviceOf, type IndexFilled } from "./devices-index-fleet.ts";

const [path = "", count] = process.argv.slice(2);
const devices = Number(count);
const batch = 250;
const index = new DeviceIndex({ path, limitBytes: 2 ** 31 });
const begun = performance.now();
const before = process.cpuUsage();
for (let first = 0; first < devices; first += batch) {
  const size = Math.min(batch, devices - first);
  index.put(
    Array.from({ length: size }, (_, n) => deviceOf(first + n)),
    1,
  );
}
const { user, system } = process.cpuUsage(before);
const now = Date.now();
index.keep("filled", { startedAt: now, endedAt: now, read: devices });
index.close();
const filled: IndexFilled = {
  seconds: (performance.now() - begun) / 1_000,
  processorSeconds: (user + system) / 1_000_000,
  fileMB: statSync(path).size / 1e6,
};
process.stdout.write(JSON.stringify(filled));
