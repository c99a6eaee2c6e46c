#!/usr/bin/env bash
# Brings moto, a second DynamoDB emulator for the registry's tests, into .tools/moto. Safe to run
# again: a finished step takes no time. Exit code 3: there is no Python to run it with.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/python-tool.sh

python_tool moto moto 5.2.5 flask flask-cors
