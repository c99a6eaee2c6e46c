export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format that Prometheus scrapes. Lines that it does not know are passed over. */
export function parseMetrics(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const match = LINE.exec(line);
    const [, name, labels = "", value] = match ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, key, text]) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** Adds up what several replicas counted, under labels that must match. */
export function total(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter((s) => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v))
    .reduce((sum, sample) => sum + sample.value, 0);
}

/** Observations up to each upper bound, in the order of the bounds. */
export type Buckets = readonly (readonly [bound: number, count: number])[];

/** What a histogram of several replicas has counted, under labels that must match. */
export function bucketsOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Buckets {
  const byBound = new Map<number, number>();
  const wanted = Object.entries(labels);
  for (const sample of samples) {
    if (sample.name !== `${name}_bucket`) continue;
    if (!wanted.every(([key, value]) => sample.labels[key] === value)) continue;
    const bound = sample.labels["le"] === "+Inf" ? Infinity : Number(sample.labels["le"]);
    byBound.set(bound, (byBound.get(bound) ?? 0) + sample.value);
  }
  return [...byBound].sort(([a], [b]) => a - b);
}

/**
 * A quantile in the histogram's unit out of its buckets, interpolated as PromQL's
 * histogram_quantile does it. Undefined while nothing was observed.
 *
 * @param quantile 0 to 1.
 */
export function quantileOf(buckets: Buckets, quantile: number): number | undefined {
  const rank = quantile * (buckets.at(-1)?.[1] ?? 0);
  if (rank <= 0) return undefined;
  let lower = 0;
  let below = 0;
  for (const [bound, cumulative] of buckets) {
    if (cumulative >= rank) {
      if (bound === Number.POSITIVE_INFINITY) return lower;
      return lower + ((bound - lower) * (rank - below)) / (cumulative - below);
    }
    lower = bound;
    below = cumulative;
  }
  return lower;
}

export const histogramQuantile = (samples: readonly Sample[], name: string, quantile: number) =>
  quantileOf(bucketsOf(samples, name), quantile);

/** All samples of several processes. One that does not answer contributes nothing. */
export async function scrape(urls: Iterable<string>): Promise<Sample[]> {
  const texts = await Promise.all(
    [...urls].map(async (url) => {
      try {
        const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(1_000) });
        return await response.text();
      } catch {
        return "";
      }
    }),
  );
  return texts.flatMap(parseMetrics);
}
