/** Processor time of the processes of one role, however many there are. */
export interface RoleCost {
  readonly role: string;
  /** Seconds a second while nothing flows and no device is connected. */
  readonly idle: number;
  /** Milliseconds, idle included. */
  readonly msPerAlert: number;
  /** Milliseconds, what is idle without. */
  readonly msPerLogin: number;
  /** Of those that were profiled while alerts flowed. */
  readonly work: Work | undefined;
}

/** Sampled milliseconds, by kind of work and by innermost function. */
export interface Work {
  readonly kinds: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, number>;
}

export interface ProfileReport {
  readonly date: string;
  readonly machine: string;
  readonly load: string;
  /** How many alerts a second arrived while it was measured. */
  readonly alertsPerSecond: number;
  readonly loginsPerSecond: number;
  readonly devices: number;
  readonly roles: readonly RoleCost[];
}

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const two = (value: number) => value.toFixed(2);
const percent = (part: number) => `${Math.round(100 * part)} %`;
/** Kinds below this share are not worth a line. */
const leastShare = 0.01;
const shownFunctions = 8;

function costTable(roles: readonly RoleCost[]): string[] {
  const sum = (of: (role: RoleCost) => number) =>
    two(roles.reduce((all, role) => all + of(role), 0));
  const byCost = roles.toSorted((a, b) => b.msPerAlert - a.msPerAlert);
  const figures = ({ role, msPerAlert, msPerLogin, idle }: RoleCost) =>
    row([role, two(msPerAlert), two(msPerLogin), two(idle * 1_000)]);
  return [
    row(["processes", "ms an alert, idle included", "ms a login", "idle, ms a second"]),
    row(["---", "---:", "---:", "---:"]),
    ...byCost.map(figures),
    row([
      "**all**",
      ...[sum((role) => role.msPerAlert), sum((role) => role.msPerLogin)],
      sum((role) => role.idle * 1_000),
    ]),
  ];
}

function workOf({ role, msPerAlert }: RoleCost, { kinds, functions }: Work): string[] {
  const all = [...kinds.values()].reduce((sum, ms) => sum + ms, 0);
  const worth = [...kinds].filter(([, ms]) => ms / all >= leastShare).sort((a, b) => b[1] - a[1]);
  const hottest = [...functions].sort((a, b) => b[1] - a[1]).slice(0, shownFunctions);
  return [
    `## ${role}`,
    "",
    row(["kind of work", "share", "ms an alert"]),
    row(["---", "---:", "---:"]),
    ...worth.map(([kind, ms]) => row([kind, percent(ms / all), two((ms / all) * msPerAlert)])),
    "",
    ...hottest.map(([name, ms]) => `- ${percent(ms / all)} \`${name.trim()}\``),
    "",
  ];
}

/** The figures as a page. */
export function profilePage(report: ProfileReport): string {
  const { date, machine, load, alertsPerSecond, loginsPerSecond, devices, roles } = report;
  return [
    "# Where the processor time goes",
    "",
    `Written by \`make profile\` on ${date}, on ${machine}; ${load}.`,
    `${Math.round(alertsPerSecond)} alerts/s to ${devices} devices by TLS 1.3, which had logged in at ${Math.round(loginsPerSecond)}/s, each for the first time.`,
    "The load generator is not counted. Shares are of what was sampled while alerts flowed.",
    "",
    ...costTable(roles),
    "",
    ...roles.flatMap((role) => (role.work ? workOf(role, role.work) : [])),
  ].join("\n");
}
