import { liftBar, listBars } from "../../enforcement/ask-bars.ts";
import { type Bar, isInForce } from "../../enforcement/bar.ts";
import { barView } from "../../enforcement/bar-view.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { operatorName } from "../operator-settings.ts";

export interface LiftOptions {
  readonly reason: string;
}

function lineOf(bar: Bar, nowMs: number): string {
  const { clientId, mode, state, region, risk, until, incident, lifted } = barView(bar, nowMs);
  const what = mode === "enforce" ? "barred" : "would be barred";
  const end = lifted
    ? `lifted ${lifted.at} by ${lifted.by} - ${lifted.reason}`
    : `${state === "over" ? "over since" : "until"} ${until}`;
  return `${clientId}  ${what}  ${end}  by ${region}, risk ${risk}, incident ${incident ?? "-"}`;
}

export const showBars = (
  { variables, output }: CommandContext,
  { all, json }: { readonly all: boolean; readonly json: boolean },
): Promise<number> =>
  withNats(variables, async (connection) => {
    const nowMs = Date.now();
    for (const bar of await listBars(connection)) {
      if (!all && !isInForce(bar, nowMs)) continue;
      if (json) await output.json(JSON.stringify(barView(bar, nowMs)));
      else await output.line(lineOf(bar, nowMs));
    }
    return 0;
  });

/** @returns 1 unless all were. */
export const liftBars = (
  { variables, output, messages }: CommandContext,
  clientIds: readonly string[],
  { reason }: LiftOptions,
): Promise<number> =>
  withNats(variables, async (connection) => {
    const actor = operatorName(variables);
    let failed = 0;
    for (const clientId of clientIds) {
      const lifting = { clientId, actor, reason };
      const outcome = await liftBar({ connection, asker: "operator" }, lifting);
      if (outcome.bar) await output.line(lineOf(outcome.bar, Date.now()));
      else {
        messages.line(`${clientId}: ${outcome.detail}`);
        failed++;
      }
    }
    return failed === 0 ? 0 : 1;
  });
