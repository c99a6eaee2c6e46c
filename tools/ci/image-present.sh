#!/usr/bin/env bash
# Prints true or false: whether a repository has an image of this tag. Tags cannot be moved, so the
# second run of a commit must not push what the first one has pushed.
#
# Usage: image-present.sh REPOSITORY TAG
set -euo pipefail

if found=$(aws ecr describe-images --repository-name "$1" --image-ids "imageTag=$2" 2>&1); then
  echo true
elif grep -q ImageNotFoundException <<<"$found"; then
  echo false
else
  echo "::error::$1 cannot be asked for $2: $found" >&2
  exit 1
fi
