/**
 * Alertmanager's configuration: every alert to one place, critical ones again each hour.
 *
 * @param webhookUrl Receives Alertmanager's JSON by POST. Undefined: alerts are only shown.
 */
export function alertmanagerConfig(webhookUrl: string | undefined): object {
  const receiver = webhookUrl === undefined ? "nobody" : "webhook";
  return {
    route: {
      receiver,
      group_by: ["region", "alertname"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [{ receiver, matchers: ['severity="critical"'], repeat_interval: "1h" }],
    },
    receivers: [
      webhookUrl === undefined
        ? { name: receiver }
        : { name: receiver, webhook_configs: [{ url: webhookUrl, send_resolved: true }] },
    ],
  };
}
