#!/usr/bin/env bash
# Brings Schemathesis, which holds the API against its own description, into .tools/schemathesis. Safe to
# run again: when it is there, takes no time. Exit code 3: there is no Python to run it with.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/python-tool.sh

python_tool schemathesis schemathesis 4.32.5
