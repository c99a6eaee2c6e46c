import { z } from "zod";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import { enforcementModes, liftReasonLimit } from "../../contract/enforcement.ts";
import { barStates } from "../../enforcement/bar-view.ts";
import { reasonLine } from "./one-line.ts";

const time = z.iso.datetime();

export const BarredDevice = z.object({
  clientId: z.string().regex(clientIdPattern, `must be ${clientIdRule}`),
});

export const Lifting = z.strictObject({
  reason: reasonLine(liftReasonLimit),
});

export const Bar = z
  .object({
    id: z.string(),
    clientId: z.string(),
    region: z.string().describe("That decided; it holds in all of them"),
    mode: z.enum(enforcementModes).describe("`observe`: the device is not kept out"),
    state: z.enum(barStates),
    incident: z.string().optional(),
    risk: z.int().nonnegative().describe("How much was held against the device"),
    since: time,
    until: time,
    lifted: z.object({ by: z.string(), reason: z.string(), at: time }).optional(),
  })
  .meta({ id: "Bar" });

export const BarList = z
  .object({ bars: z.array(Bar).describe("Of the last 24 hours, the latest 1,000 at most") })
  .meta({ id: "BarList" });
