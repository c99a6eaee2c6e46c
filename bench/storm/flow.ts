import type { LoadResult } from "../../local/load/load.ts";

/** What became of the alerts that flowed, over all storms and what lies between. */
export interface Flow {
  readonly published: number;
  readonly lost: number;
  readonly outOfOrder: number;
  readonly duplicated: number;
  readonly misdelivered: number;
  /** Devices that connected once more, because they had lost their line. */
  readonly cameAgain: number;
}

export function flowOf({ publisher, fleet, lost }: LoadResult, devices: number): Flow {
  const { outOfOrder, duplicated, misdelivered, subscribed } = fleet;
  const cameAgain = subscribed - devices;
  const published = publisher.acknowledged;
  return { published, lost, outOfOrder, duplicated, misdelivered, cameAgain };
}
