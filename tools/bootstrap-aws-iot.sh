#!/usr/bin/env bash
# Brings AWS's IoT Device SDK for Python into .tools/aws-iot, for the test of the example that uses it.
# Safe to run again: when it is there, takes no time. Exit code 3: it cannot be had here.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/python-tool.sh

python_tool aws-iot awsiotsdk 1.31.0
