#!/usr/bin/env bash
# Brings moto, a second DynamoDB emulator for the registry's tests, into .tools/moto. Safe to run
# again: a finished step takes no time. Exit code 3: there is no Python to run it with.
set -euo pipefail
cd "$(dirname "$0")/.."

MOTO_VERSION=5.2.5
HOME_OF_MOTO="$PWD/.tools/moto"
STAMP="$HOME_OF_MOTO/.version"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$2" >&2; exit "$1"; }

[ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$MOTO_VERSION" ] && exit
python3 -c 'import ensurepip, venv' 2>/dev/null ||
  fail 3 "no python3 with venv is on PATH, so that moto, the second DynamoDB emulator, cannot run"
say "installing moto $MOTO_VERSION (half a minute)"
mkdir -p .tools
rm -rf "$HOME_OF_MOTO"
{
  python3 -m venv "$HOME_OF_MOTO"
  "$HOME_OF_MOTO/bin/pip" install --quiet --disable-pip-version-check "moto==$MOTO_VERSION" flask flask-cors
} >.tools/moto.log 2>&1 || fail 1 "moto could not be installed (log: .tools/moto.log)"
echo "$MOTO_VERSION" >"$STAMP"
