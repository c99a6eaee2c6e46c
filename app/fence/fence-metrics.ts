import { Counter, type Registry } from "prom-client";

/** @param droppedBytes as the kernel has counted them, since the process began. */
export function createFenceMetrics(registry: Registry, droppedBytes: () => Promise<number>): void {
  new Counter({
    name: "sentinel_fence_dropped_bytes_total",
    help: "Bytes of devices that were dropped before a server read them, each as often as it was sent",
    registers: [registry],
    async collect() {
      const bytes = await droppedBytes();
      this.reset();
      this.inc(bytes);
    },
  });
}
