import { reportGate } from "../contract/service-users.ts";
import { openMetering } from "../meter/metering.ts";
import { runProcess } from "../shared/lifecycle.ts";
import { readReportGateEnvironment } from "./environment.ts";
import { createReportGate } from "./report-gate.ts";
import { createReportGateMetrics } from "./report-gate-metrics.ts";
import { silentLines } from "./silent-lines.ts";

await runProcess("report-gate", readReportGateEnvironment, async (environment, context) =>
  createReportGate({
    metering: await openMetering(reportGate, environment, context, { besideEdge: true }),
    metrics: createReportGateMetrics(context.metrics),
    heldBytes: environment.HELD_BYTES,
    canaryMs: environment.CANARY_SECONDS * 1_000,
    silentMs: environment.SILENT_SECONDS * 1_000,
    look: (silentMs) => silentLines({ port: environment.MQTT_PORT, silentMs }),
  }),
);
