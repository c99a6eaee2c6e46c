import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type AlertRule, alertRules, type RuleGroup } from "../infra/watch/alert-rules.ts";

/** What is told by servers' exporters and by Kubernetes, which are not here. */
const elsewhere = /\b(kube|gnatsd|jetstream|certmanager)_|\babsent\(/;
const runbooks = pathToFileURL(join(import.meta.dirname, "../docs/runbooks")).href;

/** The product's own alert rules, but for those about what a region on this machine has not. */
export function localAlertRules(): readonly RuleGroup[] {
  const watched = {
    ...({ region: "us-east", peers: [], fenced: false, upstreamBundled: true } as const),
    ...{ clients: 1_000, fleetClients: 1_000, alertsPerSecond: 600 },
  };
  const isHere = ({ expr }: AlertRule) => !elsewhere.test(expr);
  return alertRules(watched, runbooks).flatMap(({ name, rules }) => {
    const here = rules.filter(isHere);
    return here.length > 0 ? [{ name, rules: here }] : [];
  });
}

interface Scraped {
  readonly region: string;
  readonly alertmanagerUrl: string;
  readonly rulesFile: string;
  /** Each process by its name, such as `bridge-1`. */
  readonly processUrls: ReadonlyMap<string, string>;
}

const hostOf = (url: string) => new URL(url).host;

/** Prometheus's configuration: a job for each kind of process, as in the cloud. */
export function prometheusConfig({ region, alertmanagerUrl, rulesFile, processUrls }: Scraped) {
  const named = [...processUrls].map(([name, url]) => ({
    job: name.replace(/-\d+$/, ""),
    target: { targets: [hostOf(url)], labels: { pod: name } },
  }));
  const jobs = Map.groupBy(named, ({ job }) => job);
  return {
    global: {
      scrape_interval: "5s",
      evaluation_interval: "5s",
      external_labels: { region },
    },
    rule_files: [rulesFile],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [hostOf(alertmanagerUrl)] }] }],
    },
    scrape_configs: [...jobs].map(([job, of]) => ({
      job_name: job,
      static_configs: of.map(({ target }) => target),
    })),
  };
}
