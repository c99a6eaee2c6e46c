import { natsPorts } from "./addresses.ts";

export interface EdgeTurns {
  /** What makes this edge leave when it changes: configuration, certificates and authorities. */
  readonly files: readonly string[];
  /** A shell command that fails when the server would not start with what these files hold. */
  readonly check: string;
  readonly pidFile: string;
  /** Has to outlast the script and not the pod. */
  readonly stateFile: string;
  /** A shell expression of this edge's number. */
  readonly ordinal: string;
  /** A shell expression of the monitoring address of the edge with the number `$1`. */
  readonly monitor: string;
  readonly everySeconds: number;
  /** For each edge before it, an edge waits so long at most, whatever it sees. */
  readonly turnSeconds: number;
}

/** By what a server shows which configuration it has: a key of its metadata. */
export const configurationKey = "configuration";

/** By the name of the pod, and by the headless Service of the edges. */
export const podOrdinal = `\${POD_NAME##*-}`;
export const podMonitor = (service: string) =>
  `http://\${POD_NAME%-*}-$1.${service}:${natsPorts.monitor}`;

/**
 * A shell script that lets an edge leave, as a lame duck, when its configuration was changed or its
 * certificates were renewed: one edge at a time, in the order of their numbers. A reload would end the
 * sessions of all its devices at once, and so would all edges that leave together.
 *
 * An edge goes when each one before it is back with another configuration or other certificates than
 * this one still shows, and as many devices are connected to all edges as before, but for one in
 * twenty. An authority alone shows nowhere: then, or when an edge does not come back, time decides.
 * Whatever that says, it does not leave for what it could not start with.
 */
export function edgeTurnsScript(turns: EdgeTurns): string {
  const { files, check, pidFile, stateFile, ordinal, monitor, everySeconds, turnSeconds } = turns;
  return `set -u
trap 'exit 0' TERM
sum() { sha256sum ${files.map((file) => `"${file}"`).join(" ")}; }
at() { echo "${monitor}"; }
varz() { wget -q -T 5 -O - "$(at "$1")/varz" 2> /dev/null; }
healthy() { wget -q -T 5 -O - "$(at "$1")/healthz" > /dev/null 2>&1; }
shown() { varz "$1" | grep -e tls_cert_not_after -e '"${configurationKey}":' | sort; }
startable() {
  if complaint=$(${check} 2>&1); then return 0; fi
  [ "$complaint" = "$told" ] || echo "what was changed is not taken: $complaint"
  told=$complaint
  return 1
}
devices() {
  total=0; edge=0
  while count=$(varz "$edge" | sed -n 's/^ *"connections": *\\([0-9]*\\).*/\\1/p' | head -n 1); [ -n "$count" ]; do
    total=$((total + count)); edge=$((edge + 1))
  done
  echo "$total"
}
before_us_done() {
  own=$(shown "$n"); edge=0
  while [ "$edge" -lt "$n" ]; do
    theirs=$(shown "$edge")
    [ -n "$theirs" ] && [ "$theirs" != "$own" ] && healthy "$edge" || return 1
    edge=$((edge + 1))
  done
}
n=${ordinal}
most=0
since=
told=
[ -e "${stateFile}" ] || sum > "${stateFile}"
while true; do
  now=$(sum)
  if [ "$now" = "$(cat "${stateFile}")" ]; then
    since=
  else
    [ -n "$since" ] || { since=$(date +%s); most=0; }
    all=$(devices)
    [ "$all" -le "$most" ] || most=$all
    waited=$(($(date +%s) - since))
    if { before_us_done && [ $((all * 20)) -ge $((most * 19)) ]; } || [ "$waited" -ge $((n * ${turnSeconds})) ]; then
      if startable && kill -USR2 "$(cat "${pidFile}")"; then echo "$now" > "${stateFile}"; fi
    fi
  fi
  sleep ${everySeconds} & wait $!
done
`;
}
