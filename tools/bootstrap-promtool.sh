#!/usr/bin/env bash
# Brings promtool, which checks and tests the alert rules, into .tools/bin. Safe to run again: a
# finished step takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."

PROMETHEUS_MODULE=v0.316.0 # Prometheus 3.16.0 as a Go module
BIN="$PWD/.tools/bin"
mkdir -p "$BIN"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }
# shellcheck source=tools/watched-go.sh
. tools/watched-go.sh
# shellcheck source=tools/debian-program.sh
. tools/debian-program.sh

from_go() {
  command -v go >/dev/null || return 1
  watched_go .tools/promtool.log env GOBIN="$BIN" go install "github.com/prometheus/prometheus/cmd/promtool@$PROMETHEUS_MODULE"
}

setup_promtool() {
  [ -x "$BIN/promtool" ] && return
  local found
  if found=$(command -v promtool); then
    ln -sfn "$found" "$BIN/promtool"
    return
  fi
  say "unpacking promtool from Debian's prometheus package"
  debian_program prometheus usr/bin/promtool promtool && return
  say "building promtool with Go (several minutes)"
  from_go || fail "promtool could not be had; install it from https://prometheus.io/download (log: .tools/promtool.log)"
}

setup_promtool
