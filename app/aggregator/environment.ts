import { z } from "zod";
import { defaultEnforcement } from "../contract/enforcement.ts";
import { quietHours } from "../contract/incident.ts";
import { regionLabelPattern, regionLabelRule } from "../contract/regions.ts";
import { count, natsSchema, processSchema, readEnvironment } from "../shared/environment.ts";
import { gatheredAtOnce } from "./grouping/gathering.ts";

const shape = {
  ...processSchema,
  ...natsSchema,
  /** What incidents say where they are from. */
  REGION: z.string().regex(regionLabelPattern, `must be ${regionLabelRule}`),
  /** So many clients with one rule within so many seconds are one campaign. */
  CAMPAIGN_CLIENTS: count.min(2).max(gatheredAtOnce).default(10),
  CAMPAIGN_SECONDS: count.default(600),
  /** A client with so many findings of one rule is an incident of its own, campaign or not. */
  LOUD_FINDINGS: count.min(2).default(100),
  /** An incident ends when nothing came for so long. */
  QUIET_SECONDS: count.default(quietHours * 3_600),
  /** Pairs of rule and client that are remembered at a time. */
  GROUP_LIMIT: count.max(1_000_000).default(100_000),
  /** After so long half as much is held against a client; with so much a bar is asked for. */
  RISK_HALF_LIFE_SECONDS: count.default(defaultEnforcement.halfLifeMinutes * 60),
  BAR_RISK: count.default(defaultEnforcement.risk),
  /** Who is told of incidents: see `parseReceivers`. Nobody, when it is not named. */
  RECEIVERS_FILE: z.string().min(1).optional(),
  /** After so long it is told that an incident goes on, then after three times as long, and so on. */
  REPEAT_SECONDS: count.default(300),
  LONGEST_REPEAT_SECONDS: count.default(86_400),
};

export const readAggregatorEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
