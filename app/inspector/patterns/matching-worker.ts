/** Entry of the thread that matches large payloads: one at a time, in the order in which they come. */
import { parentPort, workerData } from "node:worker_threads";
import { compileRules } from "./compile.ts";
import type { Envelope } from "./envelope.ts";
import { loadRulePack } from "./load-pack.ts";
import type { RuleMatch } from "./matcher.ts";
import type { Origin } from "./rule.ts";

export interface MatchRequest {
  readonly payload: Uint8Array;
  readonly origin: Origin;
  readonly envelope: Envelope | undefined;
}

export type MatchReply =
  /** First of all: which rules it has. */
  | { readonly version: string }
  | { readonly matches: readonly RuleMatch[] }
  | { readonly failure: string };

const rules = compileRules(await loadRulePack(String(workerData)));
const reply = (message: MatchReply) => parentPort?.postMessage(message);

parentPort?.on("message", ({ payload, origin, envelope }: MatchRequest) => {
  try {
    reply({ matches: rules.match(payload, origin, envelope) });
  } catch (error) {
    reply({ failure: String(error) });
  }
});
reply({ version: rules.version });
