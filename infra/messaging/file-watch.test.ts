import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, expect, it, vi } from "vitest";
import { ensureCertificates, findPorts } from "../../test/support/local-region.ts";
import { watchScript } from "./file-watch.ts";
import { mosquittoConfig } from "./mosquitto-config.ts";

const directory = mkdtempSync(join(tmpdir(), "sentinel-watch-"));
const at = (name: string) => join(directory, name);
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children) {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  rmSync(directory, { recursive: true, force: true });
});

function start(command: string, args: string[]): ChildProcess {
  const PATH = `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin`;
  const child = spawn(command, args, { stdio: "ignore", env: { PATH } });
  children.push(child);
  return child;
}

/** Fingerprint of the certificate that the broker shows now. */
const shownBy = (port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once("error", reject);
  });

it("makes Mosquitto show a renewed certificate, without ending a connection", async () => {
  const [port = 0, bridges = 0] = await findPorts(2);
  const [first, second] = [
    await ensureCertificates(at("first")),
    await ensureCertificates(at("second")),
  ];
  const install = ({ upstream }: typeof first) => {
    copyFileSync(upstream.keyFile, at("tls.key"));
    copyFileSync(upstream.certFile, at("tls.crt"));
  };
  install(first);
  for (const name of ["passwords", "acl"]) writeFileSync(at(name), "", { mode: 0o600 });
  const config = mosquittoConfig({
    listen: { host: "127.0.0.1", publishers: port, bridges },
    tls: { certFile: at("tls.crt"), keyFile: at("tls.key") },
    persistenceDirectory: directory,
    passwordFile: at("passwords"),
    aclFile: at("acl"),
    pidFile: at("pid"),
    user: "root",
  });
  writeFileSync(at("mosquitto.conf"), config);
  start("mosquitto", ["-c", at("mosquitto.conf")]);
  const within = { timeout: 60_000, interval: 50 };
  const before = await vi.waitFor(() => shownBy(port), within);
  await vi.waitFor(() => expect(readFileSync(at("pid"), "utf8")).toMatch(/\d/), within);
  const held = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(held, "secureConnect");

  const script = watchScript({
    file: at("tls.crt"),
    pidFile: at("pid"),
    stateFile: at("state"),
    signal: "HUP",
    everySeconds: 1,
  });
  start("sh", ["-c", script]);
  install(second);

  await vi.waitFor(async () => expect(await shownBy(port)).not.toBe(before), within);
  expect(held.destroyed).toBe(false);
  held.destroy();
});

it("ends when it is told to", async () => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(at("file"), "");
  const script = watchScript({
    file: at("file"),
    pidFile: at("no-pid"),
    stateFile: at("state"),
    signal: "HUP",
    everySeconds: 60,
  });
  const child = start("sh", ["-c", script]);
  await once(child, "spawn");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toHaveLength(2);
});

it("ends a process for a change after its own start, and for none before", async () => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(at("passwords"), "first");
  const watched = start("sleep", ["600"]);
  await once(watched, "spawn");
  writeFileSync(at("pid"), String(watched.pid));
  const script = watchScript({
    ...{ file: at("passwords"), pidFile: at("pid"), stateFile: at("noted") },
    ...{ signal: "TERM", everySeconds: 1 },
  });
  const watch = start("sh", ["-c", script]);
  const within = { timeout: 60_000, interval: 50 };
  await vi.waitFor(() => expect(readFileSync(at("noted"), "utf8")).not.toBe(""), within);
  // A watch that is started again knows what the first one noted.
  watch.kill("SIGTERM");
  await once(watch, "exit");
  expect(watched.signalCode).toBeNull();
  writeFileSync(at("passwords"), "second");
  start("sh", ["-c", script]);
  await once(watched, "exit");
  expect(watched.signalCode).toBe("SIGTERM");
});
