import { setTimeout as delay } from "node:timers/promises";
import { scrape, total } from "../../app/shared/process-metrics.ts";
import type { Load } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import type { Login } from "../flood/orders.ts";
import { startWatch, type Watched } from "../flood/watch.ts";
import type { Window } from "../flood/windows.ts";
import { type Clocks, clocksOf } from "../returning/clocks.ts";
import type { Owed } from "../returning/missed.ts";
import { type Found, Returns } from "../returning/returns.ts";
import { watchIdentities } from "./identities.ts";

/** How far the storm was when the replica was killed. */
interface Kill {
  readonly subscribed: number;
  /** Who had subscribed and lacked something. */
  readonly lacking: number;
}

export interface Storm {
  readonly name: string;
  readonly returned: Found;
  readonly clocks: Clocks;
  /** From the first connection to the last subscription, and until all had all or the time was over. */
  readonly connectedMs: number;
  readonly allMs: number;
  /** Undefined where none was to die, or nobody lacked anything. */
  readonly kill: Kill | undefined;
  readonly killAsked: boolean;
  /** Processes that ended or are other ones than before, but for the one that was killed. */
  readonly restarted: readonly string[];
  /** Logins that `auth` refused meanwhile, as it tells. */
  readonly refusedLogins: number;
  readonly watched: Watched;
}

export interface StormOptions {
  readonly name: string;
  readonly devices: readonly Login[];
  readonly owed: Owed;
  readonly atOnce: number;
  readonly limitMs: number;
  /** Alerts flow and nobody comes. */
  readonly quietMs: number;
  /** Of `delivery`: killed when half of the devices are there and some of them lack something. */
  readonly victim?: string;
  readonly onProgress: (line: string) => void;
}

const tellMs = 5_000;
export const quietBefore = (name: string) => `quiet before ${name}`;
export const connectingOf = (name: string) => `${name}, until the last one is connected`;

async function refusedLogins(region: Region): Promise<number> {
  const auths = [...region.endpoints.processUrls].filter(([name]) => name.startsWith("auth-"));
  const samples = await scrape(auths.map(([, url]) => url));
  return total(samples, "sentinel_auth_decisions_total", { outcome: "refuse" });
}

/** Kills the process when it is to be, and starts it again. */
function killInTheMiddle(region: Region, options: StormOptions) {
  const { victim, devices, onProgress } = options;
  let kill: Kill | undefined;
  let revived: Promise<void> = Promise.resolve();
  return {
    look({ subscribed, lacking }: Returns) {
      if (victim === undefined || kill || subscribed * 2 < devices.length || lacking === 0) return;
      const replica = region.process(victim);
      replica.kill("SIGKILL");
      kill = { subscribed, lacking };
      onProgress(`${victim} is killed: ${subscribed} have subscribed, ${lacking} lack something`);
      revived = replica.exited().then(() => replica.start());
      // Awaited when the storm is over.
      revived.catch(() => {});
    },
    async over() {
      await revived;
      return kill;
    },
  };
}

/** A quiet while, then a storm, while alerts flow; both are noted in `windows`. */
export async function runStorm(
  ground: { readonly region: Region; readonly load: Load; readonly windows: Window[] },
  options: StormOptions,
): Promise<Storm> {
  const { region, load, windows } = ground;
  const { name, devices, victim, quietMs, onProgress } = options;
  onProgress(quietBefore(name));
  const quietFromMs = Date.now();
  await delay(quietMs);
  windows.push({ name: quietBefore(name), fromMs: quietFromMs, untilMs: Date.now() });

  const identities = watchIdentities(region.processes, victim);
  const refusedBefore = await refusedLogins(region);
  const loads = load.pids.map((pid, i) => ({ name: ["publisher", "fleet"][i] ?? "", pid }));
  const watched = await startWatch(region.endpoints.processUrls, [...region.processes, ...loads]);
  const killing = killInTheMiddle(region, options);
  const returns = new Returns({ region, ...options, onSubscribed: (now) => killing.look(now) });
  const said = () =>
    `${name}: ${returns.subscribed} of ${devices.length} connected, ${returns.complete} have all, ${returns.refused} refused`;
  const telling = setInterval(() => onProgress(said()), tellMs);
  const fromMs = Date.now();
  const begunMs = performance.now();
  try {
    await returns.run();
    const allMs = performance.now() - begunMs;
    const untilMs = Date.now();
    onProgress(said());
    const moments = returns.moments();
    const subscriptions = moments.map(({ subscribedMs = begunMs }) => subscribedMs - begunMs);
    const connectedMs = subscriptions.reduce((last, each) => Math.max(last, each), 0);
    windows.push({ name, fromMs, untilMs });
    windows.push({ name: connectingOf(name), fromMs, untilMs: fromMs + connectedMs });
    const kill = await killing.over();
    return {
      ...{ name, connectedMs, allMs, kill, killAsked: victim !== undefined },
      returned: returns.found(),
      clocks: clocksOf(moments),
      restarted: identities.changed(),
      refusedLogins: (await refusedLogins(region)) - refusedBefore,
      watched: await watched(),
    };
  } finally {
    clearInterval(telling);
    await returns.leave();
  }
}
