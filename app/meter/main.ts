import { runProcess } from "../shared/lifecycle.ts";
import { readMeterEnvironment } from "./environment.ts";
import { createMeter } from "./meter.ts";
import { openMetering } from "./metering.ts";

await runProcess("meter", readMeterEnvironment, async (environment, context) =>
  createMeter(await openMetering("meter", environment, context)),
);
