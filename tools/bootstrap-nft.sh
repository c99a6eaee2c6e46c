#!/usr/bin/env bash
# Sees to it that nft is there, by which a region on this machine bounds the connections of devices. Safe
# to run again: a finished step takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }
found_here() { PATH="$PATH:/usr/sbin:/sbin" command -v nft >/dev/null; }

setup_nft() {
  found_here && return
  [ "$(uname -s)" = Linux ] || fail "nft is for Linux alone; regions on this machine do without"
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    fail "nft is not installed; run: sudo apt-get install nftables (or your system's package), then this again"
  fi
  say "installing Debian's nftables package"
  mkdir -p .tools
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nftables; } \
    >.tools/nftables.log 2>&1 || { tail -n 10 .tools/nftables.log >&2; fail "could not install nftables (log: .tools/nftables.log)"; }
  found_here || fail "Debian's nftables package brought no nft"
}

setup_nft
