import { aggregatorAlerts } from "./alerts/aggregator-alerts.ts";
import type { Alert, Severity } from "./alerts/alert-rule.ts";
import { archiveAlerts } from "./alerts/archive-alerts.ts";
import { authAlerts } from "./alerts/auth-alerts.ts";
import { bridgeAlerts } from "./alerts/bridge-alerts.ts";
import { catchUpAlerts } from "./alerts/catch-up-alerts.ts";
import { consoleAlerts } from "./alerts/console-alerts.ts";
import { deliveryAlerts } from "./alerts/delivery-alerts.ts";
import { edgeAlerts } from "./alerts/edge-alerts.ts";
import { inspectorAlerts } from "./alerts/inspector-alerts.ts";
import { meterAlerts } from "./alerts/meter-alerts.ts";
import { natsAlerts, peerAlerts } from "./alerts/nats-alerts.ts";
import { platformAlerts } from "./alerts/platform-alerts.ts";
import { revocationAlerts } from "./alerts/revocation-alerts.ts";
import type { WatchedRegion } from "./watched-region.ts";

/** As Prometheus reads them. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: Severity };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

/**
 * Every alert of a region, by stage.
 *
 * @param runbooks URL of the folder with a `<AlertName>.md` for each of them.
 */
export function alertRules(watched: WatchedRegion, runbooks: string): readonly RuleGroup[] {
  const stages: Readonly<Record<string, readonly Alert[]>> = {
    bridge: bridgeAlerts(watched),
    inspector: inspectorAlerts(watched),
    delivery: [...deliveryAlerts, ...catchUpAlerts],
    auth: [...authAlerts, ...revocationAlerts],
    meter: meterAlerts,
    console: consoleAlerts,
    archive: archiveAlerts,
    aggregator: aggregatorAlerts,
    edge: edgeAlerts(watched),
    nats: natsAlerts,
    peers: peerAlerts(watched),
    platform: platformAlerts,
  };
  return Object.entries(stages)
    .filter(([, alerts]) => alerts.length > 0)
    .map(([stage, alerts]) => ({
      name: `sentinel-${stage}`,
      rules: alerts.map((alert) => rule(alert, runbooks)),
    }));
}

function rule({ name, severity, when, lasting, summary, impact }: Alert, runbooks: string) {
  return {
    alert: name,
    expr: when,
    for: lasting,
    labels: { severity },
    annotations: {
      summary,
      description: impact,
      runbook_url: `${runbooks.replace(/\/$/, "")}/${name}.md`,
    },
  };
}
