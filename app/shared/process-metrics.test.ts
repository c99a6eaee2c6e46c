import { Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { histogramQuantile, parseMetrics, total } from "./process-metrics.ts";

it("reads names, labels and values, and passes over comments", () => {
  const text = '# HELP a b\na{x="1",y="q\\"r"} 3\nb 4.5\n\n';
  expect(parseMetrics(text)).toEqual([
    { name: "a", labels: { x: "1", y: 'q\\"r' }, value: 3 },
    { name: "b", labels: {}, value: 4.5 },
  ]);
});

it("adds up replicas under the labels that are asked for", () => {
  const samples = parseMetrics('a{v="x",r="1"} 1\na{v="x",r="2"} 2\na{v="y",r="1"} 4');
  expect(total(samples, "a", { v: "x" })).toBe(3);
  expect(total(samples, "a")).toBe(7);
});

it("interpolates a quantile within its bucket", async () => {
  const registers = [new Registry()];
  const histogram = new Histogram({ name: "h", help: "h", buckets: [1, 2, 4], registers });
  for (const value of [0.5, 1.5, 1.6, 3]) histogram.observe(value);
  const samples = parseMetrics((await registers[0]?.metrics()) ?? "");
  expect(histogramQuantile(samples, "h", 0.5)).toBeCloseTo(1.5);
  expect(histogramQuantile(samples, "h", 1)).toBe(4);
});

it("knows no quantile of nothing", () => {
  expect(histogramQuantile([], "h", 0.99)).toBeUndefined();
});
