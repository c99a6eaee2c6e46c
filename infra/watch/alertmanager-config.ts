import { incidentAlert } from "../../app/contract/incident.ts";

/**
 * Alertmanager's configuration: every alert to one place, critical ones again each hour.
 *
 * An incident is a group of findings already: each is told of by itself, and at once. With others it
 * would wait until the group's turn comes again.
 *
 * @param webhookUrl Receives Alertmanager's JSON by POST. Undefined: alerts are only shown.
 */
export function alertmanagerConfig(webhookUrl: string | undefined): object {
  const receiver = webhookUrl === undefined ? "nobody" : "webhook";
  const critical = { receiver, matchers: ['severity="critical"'], repeat_interval: "1h" };
  return {
    route: {
      receiver,
      group_by: ["region", "alertname"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [
        {
          receiver,
          matchers: [`alertname="${incidentAlert}"`],
          group_by: ["region", "incident"],
          group_wait: "1s",
          group_interval: "5s",
          routes: [critical],
        },
        critical,
      ],
    },
    receivers: [
      webhookUrl === undefined
        ? { name: receiver }
        : { name: receiver, webhook_configs: [{ url: webhookUrl, send_resolved: true }] },
    ],
  };
}
