#!/usr/bin/env bash
# Brings Chromium, in which the tests look at the console's page, to .tools/bin/chromium. Safe to run
# again: a finished step takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."

BIN="$PWD/.tools/bin"
mkdir -p "$BIN"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }

# Of what a machine may have already: any Chromium will do.
found_here() {
  local name
  for name in chromium chromium-browser google-chrome-stable google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    command -v "$name" && return
  done
  return 1
}

setup_chromium() {
  [ -x "$BIN/chromium" ] && return
  local found
  if ! found=$(found_here); then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
      fail "Chromium is not installed; run: sudo apt-get install chromium (or your system's package), then this again"
    fi
    say "installing Debian's chromium package"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } \
      >.tools/chromium.log 2>&1 || { tail -n 10 .tools/chromium.log >&2; fail "could not install chromium (log: .tools/chromium.log)"; }
    found=$(found_here) || fail "Debian's chromium package brought no chromium"
  fi
  # A link would lead a script that looks for what lies beside it to the wrong place.
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$found" >"$BIN/chromium"
  chmod +x "$BIN/chromium"
}

setup_chromium
