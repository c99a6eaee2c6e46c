import { randomUUID } from "node:crypto";
import type { ExceptionKind } from "../../contract/exception.ts";
import type { Origin } from "../../contract/subjects.ts";
import type { Exception, ExceptionScope } from "../../exceptions/exception.ts";
import { changeException } from "../../exceptions/exception-change.ts";
import { previewException } from "../../exceptions/exception-preview.ts";
import type { ExceptionChange } from "../../exceptions/exception-schema.ts";
import { exceptionView } from "../../exceptions/exception-view.ts";
import { storedExceptions } from "../../exceptions/stored-exceptions.ts";
import type { Incident } from "../../incidents/incident.ts";
import { storedIncidents } from "../../incidents/stored-incident.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { withJournals } from "../audit/journal-access.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { operatorName } from "../operator-settings.ts";

export interface ScopeOptions {
  readonly rule: string;
  readonly client?: string;
  readonly label?: string;
  readonly origin?: Origin;
  readonly critical: boolean;
}

export interface AddOptions extends ScopeOptions {
  readonly kind: ExceptionKind;
  readonly reason: string;
  /** Milliseconds. */
  readonly for: number;
}

const day = (ms: number) => new Date(ms).toISOString();
const scopeOf = ({ rule, client, label, origin }: ScopeOptions): ExceptionScope => ({
  rule,
  ...(client !== undefined && { client }),
  ...(label !== undefined && { label }),
  ...(origin !== undefined && { origin }),
});

function lineOf({ id, kind, scope, reason, critical, findings, expiresAt, end }: Exception) {
  const where = Object.entries(scope).map(([name, value]) => `${name} ${value}`);
  const all = [...where, ...(critical ? ["critical ones, too"] : [])].join(", ");
  const until = end ? `${end.why} ${day(end.at)} by ${end.by}` : `until ${day(expiresAt)}`;
  return `${id}  ${kind.padEnd(9)}  ${until}  ${findings} hidden  ${all} - ${reason}`;
}

export const listExceptions = (
  { variables, output }: CommandContext,
  { ended, json }: { ended: boolean; json: boolean },
): Promise<number> =>
  withNats(variables, async (connection) => {
    for (const each of await storedExceptions(connection, ended ? "ended" : "in-force")) {
      if (json) await output.json(JSON.stringify(exceptionView(each)));
      else await output.line(lineOf(each));
    }
    return 0;
  });

async function attacksOf(connection: NatsConnection, rule: string): Promise<readonly Incident[]> {
  const found: Incident[] = [];
  for await (const incident of storedIncidents(connection)) {
    if (incident.verdict === "tp" && incident.rule.id === rule) found.push(incident);
  }
  return found;
}

export const showPreview = (
  { variables, output }: CommandContext,
  options: ScopeOptions,
): Promise<number> =>
  withNats(variables, async (connection) => {
    const incidents = await attacksOf(connection, options.rule);
    const wanted = { scope: scopeOf(options), critical: options.critical };
    const found = await previewException(connection, wanted, { incidents, nowMs: Date.now() });
    const all = found.complete ? "" : "; there are more than were looked at";
    await output.line(
      `would have hidden ${found.hidden} findings since ${day(found.since)}, ${found.confirmed} of them in confirmed attacks${all}`,
    );
    return 0;
  });

export const addException = (context: CommandContext, options: AddOptions): Promise<number> =>
  changeAll(context, [
    {
      ...({ kind: "add", id: randomUUID(), actor: operatorName(context.variables) } as const),
      exception: {
        ...{ kind: options.kind, scope: scopeOf(options), reason: options.reason },
        ...{ critical: options.critical, expiresAt: Date.now() + options.for },
      },
    },
  ]);

export function endExceptions(context: CommandContext, ids: readonly string[]): Promise<number> {
  const actor = operatorName(context.variables);
  return changeAll(
    context,
    ids.map((id) => ({ kind: "end", id, actor })),
  );
}

/** Each on record before it is made. @returns 1 unless all were. */
const changeAll = (
  { variables, output, messages }: CommandContext,
  changes: readonly ExceptionChange[],
): Promise<number> =>
  withJournals(variables, async ({ exceptions }, connection) => {
    let failed = 0;
    for (const change of changes) {
      const outcome = await exceptions(change, () =>
        changeException({ connection, asker: "operator" }, change),
      );
      if (outcome.refused === undefined) {
        await output.line(lineOf(outcome.exception));
      } else {
        messages.line(change.kind === "add" ? outcome.detail : `${change.id}: ${outcome.detail}`);
        failed++;
      }
    }
    return failed === 0 ? 0 : 1;
  });
