#!/usr/bin/env bash
# Takes the images that a stack runs into its settings, so that a preview shows what a change does and
# not the way back from the deployed commit to the version that the file names.
#
# Usage: deployed-images.sh STACK
set -euo pipefail
stack=$1

version=$(pulumi stack output --json --stack "$stack" | jq -r '.imageVersion // empty')
if [[ -n $version ]]; then
  pulumi config set --stack "$stack" --path sentinel:images.version "$version"
  echo "images are those that run: $version"
else
  pulumi config rm --stack "$stack" sentinel:images
  echo "no images of ours run in $stack yet, so none are shown"
fi
