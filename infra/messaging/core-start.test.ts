import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { coreStartScript } from "./core-start.ts";

let folder: string;
const at = (...path: string[]) => join(folder, ...path);
const blocks = (stream: string) => at("store/ALERTS/streams", stream, "msgs");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-core-start-"));
  for (const stream of ["MQTT_ALERTS", "KV_partitions"]) {
    mkdirSync(blocks(stream), { recursive: true });
    for (const file of ["1.blk", "index.db"]) writeFileSync(join(blocks(stream), file), "");
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the server would print: its arguments. */
function start(orders?: string): string {
  if (orders !== undefined) writeFileSync(at("orders"), orders);
  const server = ["echo", "server", "--config", "a b"];
  const args = ["-c", coreStartScript, "start", at("orders"), at("store"), ...server];
  return execFileSync("sh", args, { encoding: "utf8" });
}
const left = (stream: string) => (existsSync(blocks(stream)) ? readdirSync(blocks(stream)) : []);

it("becomes the server, with nothing to do before", () => {
  expect(start()).toBe("server --config a b\n");
});

it("removes the copies that are to be made anew, once", () => {
  const told = start("make-anew ALERTS MQTT_ALERTS\n");
  expect(told).toContain("server --config a b\n");
  expect(left("MQTT_ALERTS")).toEqual([]);
  expect(left("KV_partitions")).toEqual(["1.blk", "index.db"]);
  expect(existsSync(at("orders"))).toBe(false);
});

it("removes the index alone of a copy that is to be read anew", () => {
  start("read-anew ALERTS MQTT_ALERTS\n");
  expect(left("MQTT_ALERTS")).toEqual(["1.blk"]);
});

it("removes what is kept of a raft group, and no message", () => {
  const group = at("store/SYS/_js_", "S-R3F-abcdefgh");
  mkdirSync(join(group, "snapshots"), { recursive: true });
  start("forget-raft SYS S-R3F-abcdefgh\n");
  expect(existsSync(group)).toBe(false);
  expect(left("MQTT_ALERTS")).toEqual(["1.blk", "index.db"]);
});

it.each([
  ["another order", "purge ALERTS MQTT_ALERTS"],
  ["no stream", "make-anew ALERTS"],
  ["a whole account", "make-anew ALERTS ."],
  ["a path", "make-anew ../store/ALERTS MQTT_ALERTS"],
  ["a pattern", "make-anew ALERTS *"],
  ["more than one stream", "make-anew ALERTS MQTT_ALERTS KV_partitions"],
])("passes over %s, and starts", (_, order) => {
  expect(start(`${order}\n`)).toContain("server --config a b\n");
  expect(left("MQTT_ALERTS")).toEqual(["1.blk", "index.db"]);
  expect(existsSync(at("orders"))).toBe(false);
});
