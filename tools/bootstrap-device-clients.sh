#!/usr/bin/env bash
# Brings the MQTT clients that device makers use, for the tests: paho-mqtt into .tools/paho, and
# mosquitto_sub and mosquitto_pub of the system. Safe to run again: a finished step takes no time.
# Exit code 3: one of them cannot be had here.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/python-tool.sh

setup_mosquitto_clients() {
  command -v mosquitto_sub >/dev/null && command -v mosquitto_pub >/dev/null && return
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    fail 3 "mosquitto_sub and mosquitto_pub are not on PATH; run: sudo apt-get install mosquitto-clients"
  fi
  say "installing Debian's mosquitto-clients package"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mosquitto-clients; } \
    >.tools/mosquitto-clients.log 2>&1 || fail 1 "could not install mosquitto-clients (log: .tools/mosquitto-clients.log)"
}

python_tool paho paho-mqtt 2.1.0
setup_mosquitto_clients
