import { join } from "node:path";
import { z } from "zod";
import { RenewedAuditKeys } from "../audit/renewed-audit-keys.ts";
import { signaturePolicies } from "../contract/alert-signature.ts";
import { laneNames, lanes } from "../contract/lanes.ts";
import { regionLabelPattern, regionLabelRule } from "../contract/regions.ts";
import {
  auditSchema,
  count,
  natsSchema,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";
import { runProcess } from "../shared/lifecycle.ts";
import { connectProcess } from "../shared/nats.ts";
import { createInspector } from "./inspector.ts";
import { createActiveRules } from "./patterns/active-rules.ts";
import { admitRules } from "./patterns/admission.ts";
import { admittedFile, warmed, wasAdmitted } from "./patterns/admitted-at-build.ts";
import type { CompiledRules } from "./patterns/compile.ts";
import { honestFolder, loadReports } from "./patterns/honest-reports.ts";
import { loadRulePack } from "./patterns/load-pack.ts";
import { RulePackInvalid } from "./patterns/rule-pack-invalid.ts";

const schema = {
  ...processSchema,
  ...natsSchema,
  ...auditSchema,
  /** Whose log it reads: what comes from upstream, or what devices send. */
  LANE: z.enum(laneNames).default("alerts"),
  /** Folder of the rule pack. */
  RULES_DIRECTORY: z.string().min(1).default("rules"),
  /** Clients whose habits are remembered at most; 55 bytes each. */
  ANOMALY_CLIENTS: count.max(50_000_000).default(2_000_000),
  /** What becomes of alerts that no known publisher has signed. Reports are not asked for it. */
  SIGNATURES: z.enum(signaturePolicies).default("off"),
  /** This region's name: only what publishers signed for it counts. */
  REGION: z.string().regex(regionLabelPattern, `must be ${regionLabelRule}`).default("local"),
};

/**
 * Twice what a pack may cost when it is checked, which it passed: an inspector that does not start
 * because of a bad moment helps nobody. What would bring it to a halt is far dearer.
 */
const leniency = 2;

await runProcess(
  ({ LANE }) => lanes[LANE].process,
  () => readEnvironment(schema),
  async (environment, { log, metrics, fatal }) => {
    const lane = lanes[environment.LANE];
    const rules = await loadRules(environment.RULES_DIRECTORY, fatal);
    const keys = new RenewedAuditKeys(environment, lane.process);
    const nats = await connectProcess(lane.process, environment, log);
    return createInspector({
      lane,
      replica: environment.REPLICA,
      nats,
      rules,
      rulesDirectory: environment.RULES_DIRECTORY,
      anomalyClients: environment.ANOMALY_CLIENTS,
      signatures: environment.SIGNATURES,
      region: environment.REGION,
      auditing: { keys, headsMs: environment.AUDIT_HEADS_SECONDS * 1_000 },
      metrics,
      log,
    });
  },
);

/** At the start there is no earlier pack to stay with: a pack that is refused ends the process. */
async function loadRules(directory: string, fatal: (reason: string) => void) {
  try {
    const rules = await loadRulePack(directory);
    const honest = await loadReports(join(directory, honestFolder));
    const built = join(import.meta.dirname, admittedFile);
    const admit = (candidate: CompiledRules) =>
      wasAdmitted(built, candidate, honest)
        ? warmed(candidate)
        : admitRules(candidate, { leniency, honest });
    return createActiveRules(rules, admit).current;
  } catch (error) {
    if (error instanceof RulePackInvalid) fatal(error.message);
    throw error;
  }
}
