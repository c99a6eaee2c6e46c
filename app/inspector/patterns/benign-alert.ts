import { pick, type Random } from "./random.ts";

const hosts = ["pump-17", "gw-north-2", "cam-lobby", "meter-88120", "plc-line-4"] as const;
const severities = ["low", "medium", "high", "critical"] as const;
const users = ["m.keller", "svc-backup", "j.okafor", "operator3", "root"] as const;

type Writer = (random: Random) => Record<string, unknown>;

/** Alerts as sensors and security products write them when they quote no attack. */
const writers: readonly [Writer, ...Writer[]] = [
  (random) => ({
    event: "auth.failure",
    message: `5 failed logins for user '${pick(random, users)}' within 60 s; account locked`,
    source: { ip: address(random), port: 1024 + random(60_000), protocol: "ssh" },
  }),
  (random) => ({
    event: "firewall.drop",
    message: 'Inbound connection blocked by policy "default deny"',
    rule: `FW-${random(9000)}`,
    flow: {
      from: `${address(random)}:${random(60_000)}`,
      to: "10.0.4.12:502",
      bytes: random(9000),
    },
  }),
  (random) => ({
    event: "certificate.expiring",
    message: `TLS certificate of ${pick(random, hosts)} expires in ${1 + random(30)} days`,
    link: `https://ca.example.net/renew?host=${pick(random, hosts)}&lang=en%2DUS`,
  }),
  (random) => ({
    event: "firmware.updated",
    message: `Update to 4.${random(20)}.${random(9)} verified and installed, restart at 02:00`,
    package: { path: "/var/lib/updates/fw-4.bin", sha256: hex(random, 64), signed: true },
  }),
  (random) => ({
    event: "process.started",
    message: "New service process on a monitored host",
    process: { path: "/usr/sbin/sshd", args: ["-D"], parent: "systemd", pid: random(40_000) },
  }),
  (random) => ({
    event: "sensor.reading",
    message: "Temperature above the warning threshold (set point 71 °C)",
    readings: Array.from({ length: 6 }, () => 60 + random(200) / 10),
  }),
  (random) => ({
    event: "malware.quarantined",
    message: "File moved to quarantine & session of the user ended",
    file: { path: "C:\\Users\\Public\\invoice.docm", size: random(900_000), sha1: hex(random, 40) },
  }),
  (random) => ({
    event: "broker.client-refused",
    message: `Client ${pick(random, hosts)} refused: not authorised for topic plant/7/status`,
    reason: { code: 135, text: "not authorised", retries: random(12) },
  }),
];

/** One alert as JSON; about 500 bytes when `bytes` is not larger. */
export function benignAlert(random: Random, bytes = 0): string {
  const alert = (): Record<string, unknown> => ({
    id: hex(random, 32),
    time: new Date(1_780_000_000_000 + random(1_000_000) * 1000).toISOString(),
    severity: pick(random, severities),
    device: { id: pick(random, hosts), model: "EdgeBox 200", address: address(random) },
    ...pick(random, writers)(random),
    note: "See the runbook for the first steps; escalate to the duty officer if it repeats.",
  });
  const alerts = [alert()];
  while (JSON.stringify(alerts).length < bytes) alerts.push(alert());
  return JSON.stringify(alerts.length === 1 ? alerts[0] : alerts);
}

function address(random: Random): string {
  return [10, random(256), random(256), 1 + random(254)].join(".");
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random(16).toString(16)).join("");
}
