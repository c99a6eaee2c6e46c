import { randomInt } from "node:crypto";
import { nowMs } from "../contract/headers.ts";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { runProcess } from "../shared/lifecycle.ts";
import { connectNats } from "../shared/nats.ts";
import { DeviceMeters } from "./device-meters.ts";
import { Enforcer } from "./enforcer.ts";
import { allowancesOf, readMeterEnvironment } from "./environment.ts";
import { createMeter } from "./meter.ts";
import { createMeterMetrics } from "./meter-metrics.ts";

const user = "meter";

await runProcess("meter", readMeterEnvironment, async (environment, context) => {
  const { log } = context;
  const metrics = createMeterMetrics(context.metrics);
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
  const enforcer = new Enforcer({ connection, js, metrics, log });
  return createMeter({ connection, meters, enforcer, metrics, log, clock: nowMs });
});
