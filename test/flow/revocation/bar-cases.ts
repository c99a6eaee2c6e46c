import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sentinel } from "../../../app/cli/sentinel.fixture.ts";
import type { RegionName } from "../../../app/contract/regions.ts";
import { subjects } from "../../../app/contract/subjects.ts";
import { askForBar } from "../../../app/enforcement/ask-bars.ts";
import { parseIncident } from "../../../app/incidents/incident-finding.ts";
import type { NatsConnection } from "../../../app/shared/nats.ts";
import { aggregatorProcess } from "../../support/aggregator-process.ts";
import { storeFindings } from "../../support/findings.ts";
import { metricOf } from "../../support/metric.ts";
import { away, home, type PairedRegions } from "../../support/paired-regions.ts";
import type { SourceProcess } from "../../support/source-process.ts";
import { connectAs, readStream } from "../../support/stored.ts";

export interface BarTesting {
  readonly pair: PairedRegions;
  /** 0 admitted, otherwise the reason code of the CONNACK. */
  readonly login: (name: RegionName, clientId: string, password: string) => Promise<number>;
}

const soon = { timeout: 120_000, interval: 100 };
const refused = 5;
const attack = { level: "critical", rule: "attack" } as const;

/** What the aggregator at home has auth do, in both regions. */
export function barCases(of: () => BarTesting) {
  let aggregator: SourceProcess;
  let inspector: NatsConnection;
  let operator: NatsConnection;

  beforeAll(async () => {
    const region = of().pair.linked.of(home);
    aggregator = await aggregatorProcess(region, "aggregator-1", { REGION: home });
    inspector = await connectAs(region, "report-inspector");
    operator = await connectAs(region, "operator");
    await aggregator.start();
  });
  afterAll(async () => {
    await aggregator?.stop();
    await Promise.all([inspector?.close(), operator?.close()]);
  });

  const enforcement = async (name: RegionName, ...args: string[]) => {
    const { endpoints, certificates, secrets } = of().pair.linked.of(name);
    const { code, stdout, stderr } = await sentinel(["enforcement", ...args], {
      NATS_SERVERS: endpoints.natsServers.join(","),
      NATS_CA_FILE: certificates.caFile,
      OPERATOR_PASSWORD_FILE: secrets.passwordFile("operator"),
      SENTINEL_OPERATOR: "ann",
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  const bars = async (name: RegionName) =>
    (await enforcement(name, "list", "--all", "--json"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  const barsOf = async (name: RegionName, clientId: string) =>
    (await bars(name)).filter((bar) => bar.clientId === clientId);
  const login = (name: RegionName, id: string, secret: string) => of().login(name, id, secret);
  const audited = async (id: string) =>
    (await readStream(operator, "AUDIT", subjects.authAudit(id)))
      .map(({ payload }) => JSON.parse(payload))
      // A refused login says `barred`, too.
      .filter((event) => event.activity_id === 2);
  const shut = (id: string, secret: string) =>
    vi.waitFor(async () => {
      for (const name of [home, away]) expect(await login(name, id, secret)).toBe(refused);
    }, soon);
  const open = (id: string, secret: string) =>
    vi.waitFor(async () => {
      for (const name of [home, away]) expect(await login(name, id, secret)).toBe(0);
    }, soon);

  it("is disconnected and shut out in every region, on record, until one command in any of them lifts it", async () => {
    const { pair } = of();
    const id = "attacker";
    const secret = await pair.register(id);
    const sessions = [await pair.connect(home, id, secret)];
    await storeFindings(inspector, [id, id], { name: id, ...attack });

    for (const session of sessions) await expect.poll(() => session.ended, soon).toBe(true);
    await shut(id, secret);
    const [bar] = await barsOf(away, id);
    expect(bar).toMatchObject({ region: home, mode: "enforce", state: "in-force" });
    await vi.waitFor(async () => {
      const stored = await readStream(operator, "INCIDENTS", subjects.incident(bar.incident));
      const incident = parseIncident(Buffer.from(stored[0]?.payload ?? ""));
      expect(incident?.timeline.map(({ what }) => what)).toContainEqual(
        `${id} barred from all regions until ${bar.until}`,
      );
    }, soon);

    const lifted = await enforcement(away, "lift", id, "--reason", "a drill");
    expect(lifted).toContain("by ann - a drill");
    await open(id, secret);
    expect((await barsOf(home, id))[0]).toMatchObject({ id: bar.id, state: "lifted" });
    expect(await audited(id)).toMatchObject([
      { status_code: "barred", status_detail: bar.incident, user: { uid: id } },
    ]);
  });

  it("is none that an upstream publisher's alerts name, whatever is found in them", async () => {
    const { pair } = of();
    const id = "framed";
    const secret = await pair.register(id);
    const session = await pair.connect(home, id, secret);
    const alerts = { name: id, ...attack, origin: "upstream" } as const;
    await storeFindings(
      inspector,
      Array.from({ length: 20 }, () => id),
      alerts,
    );
    // Whoever comes after it was decided about when it was.
    const marker = "after-framed";
    await pair.register(marker);
    await storeFindings(inspector, [marker, marker], { name: marker, ...attack });
    await vi.waitFor(async () => expect(await barsOf(home, marker)).toHaveLength(1), soon);

    expect(await barsOf(home, id)).toEqual([]);
    expect(session.ended).toBe(false);
    await session.close();
  });

  it("is shut out once, for what was found before and after the aggregator was killed, also while auth was away", async () => {
    const { pair } = of();
    const id = "patient";
    const secret = await pair.register(id);
    await storeFindings(inspector, [id], { name: `${id}-1`, ...attack });
    const risky = async () => {
      const stored = await readStream(operator, "INCIDENTS", subjects.clientRisk(id));
      return JSON.parse(stored[0]?.payload ?? "{}");
    };
    await vi.waitFor(async () => expect((await risky()).risk).toBe(100), soon);
    aggregator.kill("SIGKILL");
    await aggregator.exited();
    pair.auths[home]?.kill("SIGKILL");
    await pair.auths[home]?.exited();
    await storeFindings(inspector, [id], { name: `${id}-2`, ...attack });
    await aggregator.start();
    await vi.waitFor(async () => {
      expect(await metricOf(aggregator, "sentinel_aggregator_bar_failures_total")).toBeGreaterThan(
        0,
      );
    }, soon);
    const { wanted } = await risky();
    aggregator.kill("SIGKILL");
    await aggregator.exited();
    pair.auths[home] = await pair.startAuth(home);
    await aggregator.start();

    await shut(id, secret);
    expect((await barsOf(home, id)).map((bar) => bar.id)).toEqual([wanted.id]);
    expect((await audited(id)).map((each) => each.status_code)).toEqual(["barred"]);
    await vi.waitFor(async () => expect(await risky()).toMatchObject({ risk: 0 }), soon);
  });

  it("is shut out in a region that was cut off once the line is mended, and by a replica that starts later", async () => {
    const { pair } = of();
    const id = "far-away";
    const secret = await pair.register(id);
    const session = await pair.connect(away, id, secret);
    pair.linked.link(away, home).cut();
    await storeFindings(inspector, [id, id], { name: id, ...attack });
    await vi.waitFor(async () => expect(await login(home, id, secret)).toBe(refused), soon);
    expect(session.ended).toBe(false);
    pair.linked.link(away, home).mend();
    await expect.poll(() => session.ended, soon).toBe(true);
    await pair.auths[away]?.stop();
    pair.auths[away] = await pair.startAuth(away);
    await shut(id, secret);
  });

  it("is one of so many in an hour, although whoever has the aggregator's password asks for all at once: beyond them people decide", async () => {
    const { pair } = of();
    const room = 3;
    // Those that were made already count.
    const made = (await bars(home)).length;
    await pair.auths[home]?.stop();
    pair.auths[home] = await pair.startAuth(home, { BARS_PER_HOUR: String(made + room) });
    const ids = Array.from({ length: 10 }, (_, n) => `crowd-${n}`);
    const secrets = await Promise.all(ids.map((id) => pair.register(id)));
    const thief = await connectAs(pair.linked.of(home), "aggregator");
    const ask = (clientId: string) => askForBar(thief, { id: clientId, clientId, risk: 1_000 });
    // Who has just begun answers when it has read those that are stored.
    await vi.waitFor(async () => expect(await ask("crowd-0")).toHaveProperty("bar"), soon);
    const answers = await Promise.all(ids.map(ask)).finally(() => thief.close());
    const barred = answers.map(({ bar }) => bar !== undefined);
    expect(answers.filter(({ refused }) => refused === "limit")).toHaveLength(ids.length - room);
    expect(barred.filter((each) => each)).toHaveLength(room);

    // The aggregator's own: it is left to people, in its incident.
    const spared = barred.indexOf(false);
    const id = ids[spared] ?? "";
    await storeFindings(inspector, [id, id], { name: "crowd", ...attack, rule: "crowd" });
    await vi.waitFor(async () => {
      const incidents = await readStream(operator, "INCIDENTS", subjects.incident("*"));
      const told = incidents.flatMap(
        ({ payload }) => parseIncident(Buffer.from(payload))?.timeline ?? [],
      );
      expect(told.map(({ what }) => what)).toContainEqual(
        `${id} not barred: as many are as policy may bar`,
      );
    }, soon);
    await vi.waitFor(async () => {
      const logins = await Promise.all(ids.map((each, n) => login(away, each, secrets[n] ?? "")));
      expect(logins).toEqual(barred.map((each) => (each ? refused : 0)));
    }, soon);
  });
}
