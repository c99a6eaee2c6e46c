import { type EnforcementMode, enforcementModes } from "../../contract/enforcement.ts";
import { subjects } from "../../contract/subjects.ts";
import { type Bar, parseStoredBar } from "../../enforcement/bar.ts";
import { type Follower, followStored } from "../../shared/follow-stored.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";

export interface BarReading {
  /** As the user who reads what a region changed: our own, or a peer. */
  readonly connection: NatsConnection;
  readonly modes: readonly EnforcementMode[];
  readonly onBar: (bar: Bar) => void;
  /** All that are stored were told; called each time that this is so of one mode. */
  readonly onRead?: (mode: EnforcementMode) => void;
  readonly log: Logger;
}

const filters = {
  enforce: [subjects.bar("*"), subjects.barTold("*")],
  observe: [subjects.observedBar("*"), subjects.observedBarTold("*")],
} as const;

/** Tells of every bar that is remembered, and of each new one; in each replica for itself. */
export function followBars({ connection, modes, onBar, onRead, log }: BarReading): Follower {
  const readers = enforcementModes
    .filter((mode) => modes.includes(mode))
    .map((mode) => {
      const [filter, told] = filters[mode];
      return followStored({
        ...{ connection, filter, told, log },
        stream: "REGISTRY_CHANGES",
        from: { sequence: 1 },
        onMessage: ({ subject, data }) => {
          const bar = parseStoredBar(subject, data);
          if (bar) onBar(bar);
          else log.error({ subject }, "not a bar");
        },
        onRead: () => onRead?.(mode),
        what: "bars",
      });
    });
  return {
    stop: () => {
      for (const reader of readers) reader.stop();
    },
  };
}
