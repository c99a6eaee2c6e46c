import { expect, it, vi } from "vitest";
import { sentinel } from "../../../app/cli/sentinel.fixture.ts";
import type { NatsConnection } from "../../../app/shared/nats.ts";
import type { ApiClient } from "../../support/api-client.ts";
import { storeFindings } from "../../support/findings.ts";
import type { NoticeReceiver } from "../../support/notice-receiver.ts";
import type { SourceProcess } from "../../support/source-process.ts";
import { readStream } from "../../support/stored.ts";

export interface ExceptionTesting {
  readonly as: Record<"viewer" | "operator", ApiClient>;
  readonly operator: NatsConnection;
  readonly inspector: NatsConnection;
  /** The one that is active. */
  readonly aggregator: SourceProcess;
  readonly hook: NoticeReceiver;
  readonly settings: Record<string, string>;
}

const soon = { timeout: 120_000, interval: 100 };
const path = "/api/v1/exceptions";

/** What hides findings. */
export function exceptionCases(of: () => ExceptionTesting) {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await sentinel(["exceptions", ...args], of().settings);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  const idIn = (line: string) => line.slice(0, 36);
  const incidentsOf = async (client: string) =>
    (await of().as.viewer("GET", `/api/v1/incidents?client=${client}`)).body.incidents;
  const find = (clients: readonly string[], name: string, rule: string) =>
    storeFindings(of().inspector, clients, { name, rule });
  /** Counted in one incident of this client. */
  const counted = (client: string, findings: number) =>
    vi.waitFor(async () => {
      expect((await incidentsOf(client))[0]).toMatchObject({ findings, status: "new" });
    }, soon);
  const told = (client: string) =>
    of()
      .hook.webhooks()
      .filter(({ body }) => body.data.clients.includes(client))
      .map(({ body }) => [body.type, body.data.findings]);

  it("an exception for a label makes no incidents, counts what it hides although the aggregator is killed, is on record, and ends", async () => {
    const { as, operator, aggregator } = of();
    for (const [clientId, ...labels] of [["bench-1", "site:bench"], ["field-1"]]) {
      const made = await as.operator("POST", "/api/v1/devices", { body: { clientId, labels } });
      expect(made.status).toBe(201);
    }
    const rule = "bench-rule";
    await find(["bench-1", "bench-1", "bench-1", "field-1"], "before", rule);
    await counted("bench-1", 3);
    const [{ id: attack }] = await incidentsOf("bench-1");
    const closing = { body: { verdict: "tp", note: "somebody at the bench" } };
    await as.operator("POST", `/api/v1/incidents/${attack}/close`, closing);
    const scope = { rule, label: "site:bench" };
    await vi.waitFor(async () => {
      const preview = await as.operator("POST", `${path}/preview`, { body: { scope } });
      expect(preview.body).toMatchObject({ hidden: 3, confirmed: 3, complete: true });
    }, soon);
    const shown = await run("preview", "--rule", rule, "--label", "site:bench");
    expect(shown).toContain("would have hidden 3 findings");

    const scoped = ["--rule", rule, "--label", "site:bench"];
    const added = await run("add", ...scoped, "--for", "30d", "--reason", "load tests");
    const id = idIn(added);
    const storing = find([...Array.from({ length: 600 }, () => "bench-1"), "field-1"], "in", rule);
    const hidden = async () =>
      (await as.viewer("GET", path)).body.exceptions.find((each: { id: string }) => each.id === id)
        ?.findings;
    await vi.waitFor(async () => expect(await hidden()).toBeGreaterThan(0), soon);
    aggregator.kill("SIGKILL");
    await aggregator.exited();
    await aggregator.start();
    await storing;
    await vi.waitFor(async () => expect(await hidden()).toBe(600), soon);
    await counted("field-1", 2);
    expect(await incidentsOf("bench-1")).toMatchObject([{ id: attack, findings: 3 }]);
    // The rule is none of those that ship.
    const sigma = await run("list", "--sigma");
    expect(sigma).toMatch(/^---\n# Hides no critical .*\ntitle: Exception of bench-rule\n/);

    const end = { ended: `${path}/${id}/end`, by: "api:operator" };
    expect((await as.viewer("POST", end.ended)).status).toBe(403);
    const over = await as.operator("POST", end.ended);
    expect(over.body).toMatchObject({ findings: 600, end: { why: "ended", by: end.by } });
    expect(await run("list", "--ended")).toContain(`${id}  exception  ended`);
    // How it went is stored after it was answered.
    await vi.waitFor(async () => {
      const records = await readStream(operator, "AUDIT", "audit.registry._");
      const said = records
        .map(({ payload }) => JSON.parse(payload))
        .filter(({ entity }) => entity.name === id)
        .map(({ status, actor, unmapped }) => [unmapped.change, status, actor.user.name]);
      expect(said.toSorted()).toEqual([
        ["exception-added", "Requested", "ann"],
        ["exception-added", "Success", "ann"],
        ["exception-ended", "Requested", end.by],
        ["exception-ended", "Success", end.by],
      ]);
    }, soon);
    await find(["bench-1"], "after", rule);
    await counted("bench-1", 1);
  });

  it("a silence tells nobody of an incident, which is told with all of it when the silence is over", async () => {
    const { as } = of();
    const body = {
      ...{ kind: "silence", scope: { rule: "quiet-rule", client: "quiet-*" } },
      ...{ reason: "they are being moved", expiresAt: new Date(Date.now() + 3_600_000) },
    };
    const { body: silence } = await as.operator("POST", path, { body });
    expect(silence).toMatchObject({ kind: "silence", findings: 0, critical: false });
    await find(["quiet-1", "quiet-1"], "quiet", "quiet-rule");
    await counted("quiet-1", 2);
    expect(await incidentsOf("quiet-1")).toMatchObject([{ silenced: true }]);
    // What comes later is told, so this would have been.
    await find(["loud-1"], "loud", "loud-rule");
    await vi.waitFor(() => expect(told("loud-1")).toEqual([["incident.opened", 1]]), soon);
    expect(told("quiet-1")).toEqual([]);

    expect(await run("end", silence.id)).toContain("2 hidden");
    await find(["quiet-1"], "quiet-again", "quiet-rule");
    await vi.waitFor(() => expect(told("quiet-1")).toEqual([["incident.opened", 3]]), soon);
  });

  it("what is not there, has a flaw or is for everybody is refused in words", async () => {
    const none = "00000000-0000-4000-8000-000000000000";
    const unknown = await of().as.operator("POST", `${path}/${none}/end`);
    expect([unknown.status, unknown.body.code]).toEqual([404, "no-such-exception"]);
    const args = ["exceptions", "add", "--rule", "r1", "--reason", "all of them", "--for"];
    const wide = await sentinel([...args, "1d"], of().settings);
    expect([wide.code, wide.stderr]).toEqual([1, expect.stringContaining("changes the rule")]);
    const long = await sentinel([...args, "91d", "--origin", "device"], of().settings);
    expect([long.code, long.stderr]).toEqual([1, expect.stringContaining("within 90 days")]);
  });
}
