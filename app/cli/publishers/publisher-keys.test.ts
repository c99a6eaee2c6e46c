/** `sentinel publishers keys`, on a device table and with the audit of a region. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startDeviceRegion } from "../../../test/support/device-region.ts";
import { connectAs, readAudit } from "../../../test/support/stored.ts";
import { sentinel } from "../sentinel.fixture.ts";

let devices: Awaited<ReturnType<typeof startDeviceRegion>>;
let folder: string;
beforeAll(async () => {
  devices = await startDeviceRegion();
  folder = mkdtempSync(join(tmpdir(), "sentinel-publishers-"));
});
afterAll(async () => {
  await devices?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Told {
  readonly unmapped: { readonly change: string };
  readonly entity: { readonly name: string };
  readonly actor: { readonly user: { readonly name: string } };
  readonly message?: string;
}

const run = (...args: readonly string[]) =>
  sentinel(["publishers", "keys", ...args], devices.settings);
const said = async (...args: string[]) => {
  const { code, stdout, stderr } = await run(...args);
  return `${code} ${stdout}${stderr}`;
};
const path = (name: string) => join(folder, name);
const added = (id: string, file: string, ...more: string[]) =>
  said("add", id, "--publisher", "desk", "--public-key", path(file), ...more);
const keysOf = async () => (await devices.registry.publisherKeys.read()).map((key) => key.keyId);

it("makes a pair whose private half is its owner's alone, and overwrites none", async () => {
  expect(await said("new", "--out", path("one.pem"))).toBe(
    `0 ${path("one.pem")}\n${path("one.pem.pub")}\n`,
  );
  expect(statSync(path("one.pem")).mode & 0o777).toBe(0o600);
  expect(readFileSync(path("one.pem"), "utf8")).toContain("BEGIN PRIVATE KEY");
  expect(readFileSync(path("one.pem.pub"), "utf8")).toContain("BEGIN PUBLIC KEY");
  expect(await said("new", "--out", path("one.pem"))).toMatch(/^1 .*exists already/);
});

it("adds a key, lists it, retires it and revokes it, each on record", async () => {
  await run("new", "--out", path("two.pem"));
  expect(await added("desk-1", "one.pem.pub")).toMatch(/^0 desk-1 {2}desk {2}in force\n$/);
  expect(await added("desk-2", "two.pem.pub", "--in", "1h", "--for", "2d")).toMatch(
    /^0 desk-2 {2}desk {2}from \S+Z until \S+Z\n$/,
  );
  expect(await said("retire", "desk-1", "--in", "1h", "--reason", "taken over")).toMatch(
    /^0 desk-1 {2}desk {2}in force until \S+Z\n$/,
  );
  expect(await said("revoke", "desk-1", "--reason", "stolen")).toMatch(
    /^0 desk-1 {2}desk {2}revoked \S+Z\n$/,
  );
  expect(await said("list")).toMatch(
    /^0 desk-1 {2}desk {2}revoked .*\ndesk-2 {2}desk {2}from .*\n$/,
  );

  const operator = await connectAs(devices.region, "operator");
  const events = await readAudit<Told>(operator, "audit.registry._");
  await operator.close();
  const told = events.map(({ unmapped, entity, actor, message = "" }) =>
    [unmapped.change, entity.name, actor.user.name, message].join(" ").trim(),
  );
  for (const [change, id, why] of [
    ["added", "desk-1", ""],
    ["retired", "desk-1", " taken over"],
    ["revoked", "desk-1", " stolen"],
  ]) {
    const about = `publisher-key-${change} ${id} operator-1${why}`;
    expect(told.filter((each) => each === about)).toHaveLength(2);
  }
});

it("takes no private key, no other kind of key, and nothing twice", async () => {
  const before = await keysOf();
  expect(await added("desk-3", "one.pem")).toMatch(
    /^1 .*must be an Ed25519 public key in PEM form/,
  );
  writeFileSync(path("junk.pub"), "hunter2");
  const junk = await added("desk-3", "junk.pub");
  expect(junk).toMatch(/^1 .*must be an Ed25519 public key/);
  expect(junk).not.toContain("hunter2");
  expect(await added("desk-3", "missing.pub")).toMatch(/^1 .*cannot read/);
  expect(await added("desk-1", "two.pem.pub")).toMatch(/^1 desk-1: a key has that id already/);
  expect(await added("desk-3", "one.pem.pub")).toMatch(/^1 desk-3: this very key is there already/);
  expect(await said("revoke", "none", "--reason", "stolen")).toMatch(/^1 none: no key has that id/);
  expect(await said("revoke", "desk-1", "--reason", "stolen")).toMatch(/^1 desk-1: it is revoked/);
  expect(await said("revoke", "desk-2")).toMatch(/^2 .*--reason/);
  expect(await keysOf()).toEqual(before);
});
