import type * as pulumi from "@pulumi/pulumi";
import type { RegionPlan } from "../infra/capacity/plan.ts";
import type { Tags } from "../infra/tags.ts";
import type { Entrances } from "./entrances.ts";
import type { Foundation } from "./foundation.ts";
import type { HomeOutputs } from "./outputs.ts";
import type { Platform } from "./platform.ts";
import type { Settings } from "./settings.ts";

/** What workloads stand on, and what they are told. */
export interface WorkloadContext {
  readonly settings: Settings;
  readonly plan: RegionPlan;
  readonly base: Foundation;
  readonly platform: Platform;
  readonly entrances: Entrances;
  readonly home: HomeOutputs;
  /** Where the stack's own images are pulled from, unless the settings name another place. */
  readonly imageRegistry: pulumi.Input<string>;
  readonly tags: Tags;
}
