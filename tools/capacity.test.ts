/** The command as it is run: what it prints, and how it ends. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const capacity = (...argv: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "capacity.ts"), ...argv], {
    encoding: "utf8",
  });

describe("make capacity", () => {
  it("shows the plan and the month's cost of each region, and AWS IoT Core beside it", () => {
    const { status, stdout } = capacity();
    expect(status).toBe(0);
    expect(stdout).toMatch(/devices +│ +750,000 │ +450,000 │ +300,000/);
    expect(stdout).toMatch(/NATS edge +│ +27 × 1.5 vCPU, [\d,]+ MiB/);
    expect(stdout).toMatch(/volume of each +│ +[\d,]+ GiB/);
    expect(stdout).toMatch(
      /us-east \+ eu-west \+ ap-south: MQTT Sentinel [\d,]+ USD, AWS IoT Core [\d,]+ USD a month/,
    );
    expect(stdout).toContain("on-demand list prices");
  });

  it("has the table that stands in the README", () => {
    const { stdout } = capacity("--markdown");
    expect(readFileSync(join(import.meta.dirname, "../README.md"), "utf8")).toContain(stdout);
  });

  it("shows one region for other figures, as JSON", () => {
    const { status, stdout } = capacity(
      ...["--stack", "eu-west", "--clients", "2000000", "--alerts-per-second", "900", "--json"],
    );
    expect(status).toBe(0);
    const [estimate, ...others] = JSON.parse(stdout);
    expect(others).toEqual([]);
    expect(estimate.demand).toMatchObject({ clients: 600_000, alertsPerSecond: 900 });
    const sum = estimate.cost.reduce((total: number, { usd }: { usd: number }) => total + usd, 0);
    expect(estimate.monthlyUsd).toBeCloseTo(sum);
  });

  it("ends with one line for each thing that cannot be met", () => {
    const { status, stderr } = capacity("--alerts-per-second", "2000");
    expect(status).toBe(1);
    expect(stderr).toContain("Pulumi.us-east.yaml: sentinel:alertsPerSecond 2000 means bursts");
    expect(stderr).not.toContain("    at ");
  });

  it("says what it takes when it is asked for something else", () => {
    const { status, stderr } = capacity("--clients", "many");
    expect(status).toBe(1);
    expect(stderr).toContain("It must be a whole number from 1.");
    expect(capacity("--stack", "mars").stderr).toContain("us-east, eu-west, ap-south");
  });
});
