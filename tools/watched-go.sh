# Sourced by the set-up scripts. watched_go LOG COMMAND...: runs Go with its output in LOG, and says
# every few seconds how many modules it has asked for, or that it compiles: on a slow network the
# modules of the Pulumi engine take a quarter of an hour.

WATCH_SECONDS=${WATCH_SECONDS:-10}

watched_go() {
  local log=$1 shown=-1 count started=$SECONDS said=$SECONDS
  shift
  "$@" >"$log" 2>&1 &
  local go=$!
  # Whoever interrupts the set-up means Go, too.
  trap 'kill "$go" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$go" 2>/dev/null; do
    sleep 0.2
    [ $((SECONDS - said)) -ge "$WATCH_SECONDS" ] || continue
    said=$SECONDS
    count=$(grep -c '^go: downloading ' "$log" || true)
    if [ "$count" != "$shown" ]; then
      say "  $count Go modules fetched, $((SECONDS - started)) s"
    else
      say "  $count Go modules fetched, compiling or waiting for the network, $((SECONDS - started)) s"
    fi
    shown=$count
  done
  trap - INT TERM
  wait "$go"
}
