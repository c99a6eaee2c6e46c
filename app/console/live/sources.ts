import { lookup } from "node:dns/promises";
import { parseMetrics, type Sample } from "../../shared/process-metrics.ts";

/** Processes of one kind. */
export interface Source {
  /** Such as `bridge`. */
  readonly kind: string;
  /** Where one of them serves its metrics, or a name that leads to all of them. */
  readonly url: string;
}

/** One process, and what it told. */
export interface Told {
  readonly kind: string;
  /** Its address. */
  readonly process: string;
  /** Undefined when it did not answer. */
  readonly samples: readonly Sample[] | undefined;
}

const answerLimitMs = 1_500;
/** Of `/metrics`: what else there is of Node's own is not looked at. */
const wanted =
  /^(sentinel_|process_(start_time_seconds|resident_memory_bytes)|nodejs_version_info)/;

async function addressesOf({ url }: Source): Promise<readonly string[]> {
  const { hostname, port } = new URL(url);
  try {
    const found = await lookup(hostname, { all: true, family: 4 });
    return found.map(({ address }) => `http://${address}:${port || 80}`).sort();
  } catch {
    // No pod of it is ready.
    return [];
  }
}

async function ask(address: string): Promise<readonly Sample[] | undefined> {
  try {
    const signal = AbortSignal.timeout(answerLimitMs);
    const response = await fetch(`${address}/metrics`, { signal });
    if (!response.ok) return undefined;
    return parseMetrics(await response.text()).filter(({ name }) => wanted.test(name));
  } catch {
    return undefined;
  }
}

/** Asks every process that can be found, all at once. One that does not answer in time told nothing. */
export async function askAll(sources: readonly Source[]): Promise<readonly Told[]> {
  const told = await Promise.all(
    sources.map(async (source) => {
      const addresses = await addressesOf(source);
      const { kind } = source;
      return Promise.all(
        addresses.map(async (process) => ({ kind, process, samples: await ask(process) })),
      );
    }),
  );
  return told.flat();
}
