#!/usr/bin/env bash
# Brings the MQTT clients that device makers use, for the tests: paho-mqtt into .tools/paho, and
# mosquitto_sub and mosquitto_pub of the system. Safe to run again: a finished step takes no time.
# Exit code 3: one of them cannot be had here.
set -euo pipefail
cd "$(dirname "$0")/.."

PAHO_VERSION=2.1.0
HOME_OF_PAHO="$PWD/.tools/paho"
STAMP="$HOME_OF_PAHO/.version"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$2" >&2; exit "$1"; }

setup_paho() {
  [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$PAHO_VERSION" ] && return
  python3 -c 'import ensurepip, venv' 2>/dev/null ||
    fail 3 "no python3 with venv is on PATH, so that paho-mqtt cannot run"
  say "installing paho-mqtt $PAHO_VERSION"
  mkdir -p .tools
  rm -rf "$HOME_OF_PAHO"
  {
    python3 -m venv "$HOME_OF_PAHO"
    "$HOME_OF_PAHO/bin/pip" install --quiet --disable-pip-version-check "paho-mqtt==$PAHO_VERSION"
  } >.tools/paho.log 2>&1 || fail 1 "paho-mqtt could not be installed (log: .tools/paho.log)"
  echo "$PAHO_VERSION" >"$STAMP"
}

setup_mosquitto_clients() {
  command -v mosquitto_sub >/dev/null && command -v mosquitto_pub >/dev/null && return
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    fail 3 "mosquitto_sub and mosquitto_pub are not on PATH; run: sudo apt-get install mosquitto-clients"
  fi
  say "installing Debian's mosquitto-clients package"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mosquitto-clients; } \
    >.tools/mosquitto-clients.log 2>&1 || fail 1 "could not install mosquitto-clients (log: .tools/mosquitto-clients.log)"
}

setup_paho
setup_mosquitto_clients
