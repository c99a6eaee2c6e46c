#!/usr/bin/env bash
# Brings sigma-cli, by which the tests check that the rules are Sigma, into .tools/sigma. Safe to run
# again: a finished step takes no time. Exit code 3: there is no Python to run it with.
set -euo pipefail
cd "$(dirname "$0")/.."

SIGMA_CLI_VERSION=3.1.0
HOME_OF_SIGMA="$PWD/.tools/sigma"
STAMP="$HOME_OF_SIGMA/.version"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$2" >&2; exit "$1"; }

[ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$SIGMA_CLI_VERSION" ] && exit
python3 -c 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
  fail 3 "no python3 from 3.10 on with venv is on PATH, so that sigma-cli cannot run"
say "installing sigma-cli $SIGMA_CLI_VERSION"
mkdir -p .tools
rm -rf "$HOME_OF_SIGMA"
{
  python3 -m venv "$HOME_OF_SIGMA"
  "$HOME_OF_SIGMA/bin/pip" install --quiet --disable-pip-version-check \
    "sigma-cli==$SIGMA_CLI_VERSION"
} >.tools/sigma.log 2>&1 || fail 1 "sigma-cli could not be installed (log: .tools/sigma.log)"
echo "$SIGMA_CLI_VERSION" >"$STAMP"
