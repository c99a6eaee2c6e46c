import { parseMetrics } from "../../app/shared/process-metrics.ts";

/** The first sample of a process's metric under these labels. Rejects when there is none. */
export async function metricOf(
  process: { readonly url: string },
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const samples = parseMetrics(await (await fetch(`${process.url}/metrics`)).text());
  const wanted = Object.entries(labels);
  const found = samples.find(
    (sample) =>
      sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  );
  if (!found) throw new Error(`there is no series ${name} with ${JSON.stringify(labels)}`);
  return found.value;
}
