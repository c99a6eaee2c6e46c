/**
 * A shell script that signals a process when a file has changed, for servers whose image brings a
 * shell and nothing better. Kubernetes exchanges the files of a Secret all at once; half a minute
 * after a renewal, which leaves weeks, is soon enough. It also signals once at its start, so that
 * no change before it is missed.
 */
export function watchScript(options: {
  readonly file: string;
  readonly pidFile: string;
  readonly signal: "HUP";
  readonly everySeconds: number;
}): string {
  const { file, pidFile, signal, everySeconds } = options;
  return `set -u
trap 'exit 0' TERM
last=
while true; do
  now=$(sha256sum "${file}")
  if [ "$now" != "$last" ] && kill -${signal} "$(cat "${pidFile}")"; then last=$now; fi
  sleep ${everySeconds} & wait $!
done
`;
}
