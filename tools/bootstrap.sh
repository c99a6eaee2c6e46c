#!/usr/bin/env bash
# Brings everything that building and running needs into the project folder: Node, npm packages,
# nats-server, Mosquitto. Safe to run again: a finished step takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."

NODE_VERSION=24.21.0
NATS_VERSION=2.15.1
BIN="$PWD/.tools/bin"
mkdir -p "$BIN"
export PATH="$BIN:$PATH"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }
# at_least 2.12 2.15.1: is the second version the first or newer?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
version_in() { grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1; }

# Node 22.18 is the first that runs TypeScript sources without a flag; re2 needs 22.22 or 24.15.
setup_node() {
  local found=""
  command -v node >/dev/null && found=$(node --version | version_in)
  case "$found" in
    22.*) at_least 22.22.2 "$found" && return ;;
    24.*) at_least 24.15.0 "$found" && return ;;
    2[6-9].* | [3-9][0-9].*) return ;;
  esac
  command -v npm >/dev/null || fail "npm is not installed; install Node.js 20 or later first"
  local platform
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) platform=linux-x64 ;;
    Linux-aarch64) platform=linux-arm64 ;;
    Darwin-arm64) platform=darwin-arm64 ;;
    *) fail "no Node $NODE_VERSION package for $(uname -sm); install Node 24.15 or later and run this again" ;;
  esac
  say "Node ${found:-none} found, fetching Node $NODE_VERSION into .tools/"
  npm install --prefix .tools/node --no-audit --no-fund --loglevel=error "node-$platform@$NODE_VERSION"
  ln -sfn "../node/node_modules/node-$platform/bin/node" "$BIN/node"
  hash -r
}

setup_packages() {
  local stamp=node_modules/.setup-stamp want
  want=$(sha256sum package-lock.json | cut -d' ' -f1)-$(node --version)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
  say "installing npm packages"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  local binary=node_modules/re2/build/Release/re2.node cache
  cache=.tools/re2-$(node -p '`${require("./node_modules/re2/package.json").version}-${process.versions.modules}-${process.arch}`').node
  if [ -f "$cache" ]; then
    mkdir -p "$(dirname "$binary")" && cp "$cache" "$binary"
  else
    build_re2
    cp "$binary" "$cache"
  fi
  node -e 'new (require("re2"))("a")' || fail "re2 was built but does not load (log: .tools/re2.log)"
  echo "$want" >"$stamp"
}

# The one package with native code. Its prebuilt binary is used where it can be downloaded,
# otherwise it is compiled against the headers of the Node that will load it.
build_re2() {
  say "preparing re2 (compiled where no prebuilt binary can be had: about 2 minutes)"
  local headers
  headers=$(node -p 'require("node:path").resolve(process.execPath, "..", "..")')
  if [ -f "$headers/include/node/node.h" ]; then export npm_config_nodedir="$headers"; fi
  npm rebuild re2 --loglevel=error >.tools/re2.log 2>&1 ||
    { tail -n 20 .tools/re2.log >&2; fail "re2 could not be built; it needs g++, make and python3 (log: .tools/re2.log)"; }
}

setup_nats() {
  [ -x "$BIN/nats-server" ] && return
  local found=""
  command -v nats-server >/dev/null && found=$(nats-server --version | version_in)
  if [ -n "$found" ] && at_least 2.12 "$found"; then
    ln -sfn "$(command -v nats-server)" "$BIN/nats-server"
    return
  fi
  command -v go >/dev/null ||
    fail "nats-server 2.12 or later is not on PATH (found: ${found:-none}); install it, or install Go so that it can be built"
  say "building nats-server $NATS_VERSION with Go (about 1 minute)"
  GOBIN="$BIN" go install "github.com/nats-io/nats-server/v2@v$NATS_VERSION"
}

setup_mosquitto() {
  local path found
  path=$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v mosquitto || true)
  if [ -n "$path" ]; then
    found=$("$path" -h 2>/dev/null | version_in || true)
    at_least 2.0 "${found:-0}" || fail "Mosquitto 2.0 or later is needed, found $found at $path"
    return
  fi
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    fail "Mosquitto is not installed; run: sudo apt-get install mosquitto (or your system's package), then this again"
  fi
  say "installing Debian's mosquitto package"
  # The package starts a broker on port 1883 when installed; policy-rc.d is Debian's way to say no.
  local policy=/usr/sbin/policy-rc.d made=""
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; made=yes; fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mosquitto; } \
    >.tools/mosquitto.log 2>&1 || { tail -n 10 .tools/mosquitto.log >&2; [ -n "$made" ] && rm -f "$policy"; fail "could not install mosquitto"; }
  if [ -n "$made" ]; then rm -f "$policy"; fi
}

setup_node
setup_packages
setup_nats
setup_mosquitto
