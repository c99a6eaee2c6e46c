import { namespaces } from "./names.ts";

export const alertmanagerPort = 9093;
/** One in each of two zones. */
export const alertmanagerReplicas = 2;

/**
 * Each replica of its own, as Prometheus tells them: they tell each other what they have sent, not which
 * alerts there are, so that one which does not hear of an end goes on to fire. The first has the name
 * under which there was one for all, and so goes on where that was.
 */
export const alertmanagers = Array.from({ length: alertmanagerReplicas }, (_, n) => ({
  name: n === 0 ? "alertmanager" : `alertmanager-${n}`,
  kind: "alertmanager",
  url: `http://alertmanager-watch-alertmanager-${n}.alertmanager-operated.${namespaces.watch}.svc.cluster.local:${alertmanagerPort}`,
}));
export const alertmanagerNames = alertmanagers.map(({ name }) => name);
