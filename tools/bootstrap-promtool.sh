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

# The package's own promtool, unpacked and not installed: its service has no business here.
from_debian() {
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  local work
  work=$(mktemp -d)
  (
    cd "$work"
    chmod 755 .
    apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }
    dpkg -x prometheus_*.deb unpacked
  ) >.tools/promtool.log 2>&1 || { rm -rf "$work"; return 1; }
  install -m 755 "$work/unpacked/usr/bin/promtool" "$BIN/promtool"
  rm -rf "$work"
}

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
  from_debian && return
  say "building promtool with Go (several minutes)"
  from_go || fail "promtool could not be had; install it from https://prometheus.io/download (log: .tools/promtool.log)"
}

setup_promtool
