#!/usr/bin/env bash
# Brings Alertmanager and Prometheus, by which a region on this machine is watched, into .tools/bin: those
# that are installed, otherwise Debian's. Safe to run again: when they are there, takes no time. Exit code
# 3: one of them cannot be had here.
set -euo pipefail
cd "$(dirname "$0")/.."

BIN="$PWD/.tools/bin"
mkdir -p "$BIN"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$2" >&2; exit "$1"; }
# shellcheck source=tools/debian-program.sh
. tools/debian-program.sh

# bring NAME PACKAGE [FILE...]: the program of that name, which Debian calls as its package, and what it reads.
bring() {
  local name=$1 package=$2 found
  shift 2
  [ -x "$BIN/$name" ] && return
  if found=$(command -v "$name" || command -v "$package"); then
    ln -sfn "$found" "$BIN/$name"
    return
  fi
  say "unpacking $name from Debian's package $package"
  debian_program "$package" "usr/bin/$package" "$name" "$@" ||
    fail 3 "$name is not on PATH; run: sudo apt-get install $package (log: .tools/$name.log)"
}

bring alertmanager prometheus-alertmanager usr/share/prometheus/alertmanager/{default,email}.tmpl
bring prometheus prometheus
