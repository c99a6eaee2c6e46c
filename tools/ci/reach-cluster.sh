#!/usr/bin/env bash
# Fails, and says why, unless the API of a cluster is reached from here and lets this role do what it
# came for: `get` for a preview, `patch` for an up. Pulumi would go on without the cluster and show a
# difference that nobody can believe. A cluster that does not exist yet is no failure.
#
# Usage: reach-cluster.sh CLUSTER REGION get|patch
set -euo pipefail
cluster=$1 region=$2 verb=$3

if ! found=$(aws eks describe-cluster --name "$cluster" --region "$region" --query cluster.status --output text 2>&1); then
  if grep -q ResourceNotFoundException <<<"$found"; then
    echo "$cluster does not exist yet: its objects are shown as new"
    exit 0
  fi
  echo "::error::$cluster cannot be described: $found" >&2
  exit 1
fi

KUBECONFIG=$(mktemp)
export KUBECONFIG
trap 'rm -f "$KUBECONFIG"' EXIT
aws eks update-kubeconfig --name "$cluster" --region "$region" >/dev/null
if ! answer=$(kubectl get --raw /version --request-timeout=15s 2>&1); then
  echo "::error::the API of $cluster is not reached from this runner: $answer" >&2
  echo "Run it where it is reached (variable CLUSTER_RUNNER), with its range in sentinel:privateEndpointCidrs or sentinel:publicEndpointCidrs." >&2
  exit 1
fi
if ! kubectl auth can-i "$verb" statefulsets.apps --namespace sentinel --quiet --request-timeout=15s; then
  echo "::error::this role may not $verb what is in $cluster; name it in sentinel:previewRoleArns or sentinel:operatorRoleArns" >&2
  exit 1
fi
echo "$cluster is reached, and this role may $verb"
