import type { InspectionFixture } from "../../test/support/inspection.ts";
import { topics } from "../contract/subjects.ts";
import { UpstreamLoad, type UpstreamLoadOptions } from "./upstream-load.fixture.ts";

/** What some of a load's clients are sent, seen where it counts: at devices. */
export class DeviceWatch {
  readonly #options: UpstreamLoadOptions;
  readonly #came: Set<number>[] = [];
  /** When an alert came that is older than one that its device had already. */
  readonly #lateMs: number[] = [];

  constructor(options: UpstreamLoadOptions) {
    this.#options = options;
  }

  /** Connects and subscribes so many of the load's clients, which are registered. */
  async start(fixture: InspectionFixture, devices: number): Promise<void> {
    for (const client of UpstreamLoad.clientsOf(this.#options).slice(0, devices)) {
      const device = await fixture.device(client);
      const came = new Set<number>();
      let newest = -1;
      device.on("message", (_topic, payload) => {
        const { n } = JSON.parse(payload.toString()) as { n: number };
        if (n < newest) this.#lateMs.push(performance.now());
        newest = Math.max(newest, n);
        came.add(n);
      });
      await device.subscribeAsync(topics.alerts(client));
      this.#came.push(came);
    }
  }

  /** How many of the first `count` alerts of the load these devices lack. */
  missing(count: number): number {
    const { clients } = this.#options;
    const numbers = Array.from({ length: count }, (_, n) => n);
    return numbers.filter((n) => this.#came[n % clients]?.has(n) === false).length;
  }

  /** Alerts that came since then, in monotonic milliseconds, behind newer ones of the same client. */
  late(sinceMs: number): number {
    return this.#lateMs.filter((atMs) => atMs >= sinceMs).length;
  }
}
