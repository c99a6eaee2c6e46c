import { z } from "zod";
import {
  defaultEnforcement,
  enforcementModes,
  longestBarMinutes,
  mostBars,
} from "../app/contract/enforcement.ts";
import { must, whole } from "./setting-rules.ts";

const modes = `one of ${enforcementModes.join(", ")}`;

const shape = z.strictObject(
  {
    /** Whether devices are kept out, or it is only recorded who would be. */
    mode: z.enum(enforcementModes, must(modes)).default(defaultEnforcement.mode),
    /** What must be held against a device: a critical finding counts 100, a high one 40. */
    risk: whole(40, 1_000_000).default(defaultEnforcement.risk),
    /** How long it is kept out. */
    minutes: whole(1, longestBarMinutes).default(defaultEnforcement.minutes),
    /** Devices that the region keeps out of its own accord in an hour; beyond them a person decides. */
    barsPerHour: whole(1, mostBars).default(defaultEnforcement.barsPerHour),
    /** Devices that are kept out at a time, by all regions together. */
    barsAtOnce: whole(1, mostBars).default(defaultEnforcement.barsAtOnce),
    /** After so long half as much is held against a device. */
    halfLifeMinutes: whole(1, 10_080).default(defaultEnforcement.halfLifeMinutes),
  },
  must(`an object such as ${JSON.stringify({ mode: "enforce", risk: defaultEnforcement.risk })}`),
);

/** What becomes of devices whose reports are attacks. */
export const enforcement = shape.default(defaultEnforcement);
export type EnforcementSetting = z.infer<typeof shape>;
