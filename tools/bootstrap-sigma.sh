#!/usr/bin/env bash
# Brings sigma-cli, by which the tests check that the rules are Sigma, into .tools/sigma. Safe to run
# again: when it is there, takes no time. Exit code 3: there is no Python to run it with.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/python-tool.sh

python_tool sigma sigma-cli 3.1.0
