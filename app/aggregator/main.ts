import { runProcess } from "../shared/lifecycle.ts";
import { connectProcess } from "../shared/nats.ts";
import { Aggregator } from "./aggregator.ts";
import { createAggregatorMetrics } from "./aggregator-metrics.ts";
import { readAggregatorEnvironment } from "./environment.ts";
import { createNoticeMetrics } from "./notices/notice-metrics.ts";
import { renewedReceivers } from "./notices/renewed-receivers.ts";

await runProcess("aggregator", readAggregatorEnvironment, async (environment, context) => {
  const { log, metrics } = context;
  const file = environment.RECEIVERS_FILE;
  const receivers = file === undefined ? [] : renewedReceivers(file, log);
  const connection = await connectProcess("aggregator", environment, log);
  const aggregator = new Aggregator({
    ...{ connection, log, receivers },
    noticeMetrics: createNoticeMetrics(
      metrics,
      receivers.map(({ name }) => name),
    ),
    owner: environment.REPLICA,
    metrics: createAggregatorMetrics(metrics),
    risks: {
      halfLifeMs: environment.RISK_HALF_LIFE_SECONDS * 1_000,
      barRisk: environment.BAR_RISK,
      limit: environment.GROUP_LIMIT,
    },
    grouping: {
      region: environment.REGION,
      campaignClients: environment.CAMPAIGN_CLIENTS,
      campaignMs: environment.CAMPAIGN_SECONDS * 1_000,
      loudFindings: environment.LOUD_FINDINGS,
      quietMs: environment.QUIET_SECONDS * 1_000,
      groupLimit: environment.GROUP_LIMIT,
      repeat: {
        firstMs: environment.REPEAT_SECONDS * 1_000,
        longestMs: environment.LONGEST_REPEAT_SECONDS * 1_000,
      },
    },
  });
  return aggregator.running;
});
