import { randomInt } from "node:crypto";
import { nowMs } from "../contract/headers.ts";
import { reportGate } from "../contract/service-users.ts";
import { DeviceMeters } from "../meter/device-meters.ts";
import { Enforcer } from "../meter/enforcer.ts";
import { allowancesOf } from "../meter/environment.ts";
import { createMeterMetrics } from "../meter/meter-metrics.ts";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { runProcess } from "../shared/lifecycle.ts";
import { connectNats } from "../shared/nats.ts";
import { readReportGateEnvironment } from "./environment.ts";
import { createReportGate } from "./report-gate.ts";
import { createReportGateMetrics } from "./report-gate-metrics.ts";

const user = reportGate;

await runProcess("report-gate", readReportGateEnvironment, async (environment, context) => {
  const { log } = context;
  const meterMetrics = createMeterMetrics(context.metrics);
  const metrics = createReportGateMetrics(context.metrics);
  const connection = await connectNats(
    {
      servers: environment.NATS_SERVERS,
      user,
      passwordFile: environment.NATS_PASSWORD_FILE,
      caFile: environment.NATS_CA_FILE,
    },
    environment.REPLICA,
    log,
  );
  const meters = new DeviceMeters({
    allowances: allowancesOf(environment),
    devices: environment.METERED_DEVICES,
    seed: randomInt(2 ** 31),
  });
  const js = new AcknowledgedPublisher(connection, user);
  const enforcer = new Enforcer({ connection, js, metrics: meterMetrics, log });
  const heldBytes = environment.HELD_BYTES;
  return createReportGate({
    ...{ connection, js, meters, enforcer, meterMetrics, metrics, log, clock: nowMs, heldBytes },
  });
});
