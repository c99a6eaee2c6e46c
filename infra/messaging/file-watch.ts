/**
 * A shell script that signals a process when a file has changed, for servers whose image brings a
 * shell and nothing better. Kubernetes exchanges the files of a Secret all at once.
 *
 * A signal to read files again (HUP) is also sent at the script's start, so that no change before it
 * is missed. One that ends the process (TERM) is not: what the file held at first is noted in
 * `stateFile`, which has to outlast the script and not the pod.
 */
export function watchScript(options: {
  readonly file: string;
  readonly pidFile: string;
  readonly signal: "HUP" | "TERM";
  readonly stateFile: string;
  readonly everySeconds: number;
}): string {
  const { file, pidFile, signal, stateFile, everySeconds } = options;
  const begin =
    signal === "HUP" ? `rm -f "${stateFile}"` : `[ -e "${stateFile}" ] || sum > "${stateFile}"`;
  return `set -u
trap 'exit 0' TERM
sum() { sha256sum "${file}"; }
${begin}
while true; do
  now=$(sum)
  if [ "$now" != "$(cat "${stateFile}" 2> /dev/null)" ] && kill -${signal} "$(cat "${pidFile}")"; then
    echo "$now" > "${stateFile}"
  fi
  sleep ${everySeconds} & wait $!
done
`;
}
