import { expect, it, vi } from "vitest";
import type { Incident } from "../../../app/incidents/incident.ts";
import type { NatsConnection } from "../../../app/shared/nats.ts";
import { type Alertmanager, noAlertmanager } from "../../support/alertmanager.ts";
import type { ApiClient } from "../../support/api-client.ts";
import { storeFindings } from "../../support/findings.ts";
import { metricOf } from "../../support/metric.ts";
import type { NoticeReceiver } from "../../support/notice-receiver.ts";
import type { SourceProcess } from "../../support/source-process.ts";

export interface NoticeTesting {
  readonly operator: ApiClient;
  readonly inspector: NatsConnection;
  /** The one that is active. */
  readonly aggregator: SourceProcess;
  readonly hook: NoticeReceiver;
  readonly manager: Alertmanager;
  /** Whom Alertmanager notifies. */
  readonly pager: NoticeReceiver;
  /** Those that a list shows. */
  incidents(): Promise<readonly Incident[]>;
}

const soon = { timeout: 120_000, interval: 100 };

/** Who is told of incidents, and how surely. */
export function noticeCases(of: () => NoticeTesting) {
  const toldOf = (client: string) =>
    of()
      .hook.webhooks()
      .filter(({ body }) => body.data.clients.includes(client));
  const kinds = (client: string) => toldOf(client).map(({ body }) => body.type);
  const close = async (id: string) => {
    const body = { verdict: "tp", note: "seen to" };
    const { status } = await of().operator("POST", `/api/v1/incidents/${id}/close`, { body });
    expect(status).toBe(200);
  };
  const find = (client: string) =>
    storeFindings(of().inspector, [client], { name: client, rule: `rule-of-${client}` });
  const figure = (name: string, receiver: string) =>
    metricOf(of().aggregator, `sentinel_aggregator_notice_${name}`, { receiver });
  /** What Alertmanager has notified of an incident. */
  const pagedOf = (id: string): string[] =>
    of()
      .pager.requests.map(({ body }) => JSON.parse(body))
      .filter(({ groupLabels }) => groupLabels.incident === id)
      .map(({ status }) => status);
  let paged = "";

  it("hears of an incident once by a signed webhook, and that it is over", async () => {
    await storeFindings(of().inspector, ["told-1", "told-1"], { name: "told-1", rule: "told" });
    await vi.waitFor(() => expect(kinds("told-1")).toEqual(["incident.opened"]), soon);
    const { id } = toldOf("told-1")[0]?.body.data ?? { id: "" };

    await close(id);

    await vi.waitFor(
      () => expect(kinds("told-1")).toEqual(["incident.opened", "incident.resolved"]),
      soon,
    );
  });

  it.skipIf(noAlertmanager)(
    "has Alertmanager show an incident in a group of its own, until it is over",
    async () => {
      const { manager } = of();
      await find("paged-1");
      await vi.waitFor(() => expect(kinds("paged-1")).toEqual(["incident.opened"]), soon);
      paged = toldOf("paged-1")[0]?.body.data.id;
      await vi.waitFor(async () => {
        expect((await manager.alertsOf(paged)).map(({ labels }) => labels)).toEqual([
          {
            ...{ alertname: "SentinelIncident", incident: paged, region: "local" },
            ...{ rule: "rule-of-paged-1", kind: "client", severity: "high" },
          },
        ]);
      }, soon);
      const group = (await manager.groups()).find(({ labels }) => labels["incident"] === paged);
      expect(group).toMatchObject({
        labels: { incident: paged, region: "local" },
        receiver: { name: "webhook" },
      });
      expect(group?.alerts).toHaveLength(1);
      await vi.waitFor(() => expect(pagedOf(paged)).toEqual(["firing"]), soon);

      await close(paged);

      await vi.waitFor(async () => expect(await manager.alertsOf(paged)).toEqual([]), soon);
    },
  );

  it.skipIf(noAlertmanager)(
    "misses nothing while it is away and the process is killed, and is told in the order of each incident",
    async () => {
      const { hook, manager, aggregator, incidents } = of();
      const before = Array.from({ length: 4 }, (_, n) => `away-${n}`);
      const during = Array.from({ length: 4 }, (_, n) => `gone-${n}`);
      const all = [...before, ...during];
      const opened = async (clients: readonly string[]) => {
        const found = await incidents();
        return clients.flatMap((client) => found.filter((each) => each.clients[0] === client));
      };
      hook.refuse(503);
      for (const client of before) await find(client);
      await vi.waitFor(async () => {
        expect(await figure("waiting_seconds", "desk")).toBeGreaterThan(0);
        // One that is away holds up no other.
        const ids = (await opened(before)).map(({ id }) => id);
        expect(ids).toHaveLength(before.length);
        for (const id of ids) expect(await manager.alertsOf(id)).toHaveLength(1);
        expect(pagedOf(paged).at(-1)).toBe("resolved");
      }, soon);
      manager.kill("SIGKILL");
      await manager.exited();
      for (const client of during) await find(client);
      await vi.waitFor(async () => {
        expect(await opened(during)).toHaveLength(during.length);
        expect(await figure("failures_total", "alertmanager")).toBeGreaterThan(2);
        expect(await figure("failures_total", "desk")).toBeGreaterThan(2);
      }, soon);
      aggregator.kill("SIGKILL");
      await aggregator.exited();
      await aggregator.start();
      const over = ["away-0", "away-1", "gone-0", "gone-1"];
      const ended = await opened(over);
      // What it was told before it was killed, it has in no memory any more.
      const going = await opened(["gone-2", "gone-3"]);
      for (const { id } of ended) await close(id);
      expect(all.flatMap(kinds)).toEqual([]);

      hook.refuse(undefined);
      await manager.start();

      const whole = ["incident.opened", "incident.resolved"];
      await vi.waitFor(() => {
        for (const client of all) {
          const expected = over.includes(client) ? whole : whole.slice(0, 1);
          expect([client, [...new Set(kinds(client))]]).toEqual([client, expected]);
        }
      }, soon);
      for (const client of over) {
        expect(kinds(client).lastIndexOf("incident.opened")).toBeLessThan(
          kinds(client).indexOf("incident.resolved"),
        );
      }
      await vi.waitFor(async () => {
        const shown = await manager.groups();
        const ids = shown.map(({ labels }) => labels["incident"] ?? "");
        for (const { id } of ended) expect(ids).not.toContain(id);
        for (const { id } of going) expect(ids.filter((each) => each === id)).toEqual([id]);
        expect(shown.map(({ alerts }) => alerts.length)).toEqual(shown.map(() => 1));
      }, soon);
      await vi.waitFor(async () => {
        expect(await figure("waiting_seconds", "desk")).toBe(0);
        expect(await figure("waiting_seconds", "alertmanager")).toBe(0);
      }, soon);
      expect(hook.webhooks().every(({ genuine }) => genuine)).toBe(true);
    },
  );
}
