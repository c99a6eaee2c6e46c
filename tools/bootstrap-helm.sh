#!/usr/bin/env bash
# Brings Helm into .tools/bin: the one that is installed, otherwise one built from its Go module.
# Needed by `make charts`. Safe to run again: a finished step takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."

HELM_VERSION=3.18.6
HELM_AT_LEAST=3.14
# Its modules come in the versions, and are built with the flags, that Pulumi's Kubernetes provider takes:
# built for one, built for both.
KUBERNETES_PROVIDER=v4.0.0-20260115033456-f47bc2d6f199
BIN="$PWD/.tools/bin"
[ -x "$BIN/helm" ] && exit 0
mkdir -p "$BIN"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }
# shellcheck source=tools/watched-go.sh
. tools/watched-go.sh
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

found=""
if command -v helm >/dev/null; then
  found=$(helm version --template '{{.Version}}' | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
  if at_least "$HELM_AT_LEAST" "$found"; then
    ln -sfn "$(command -v helm)" "$BIN/helm"
    exit 0
  fi
fi
command -v go >/dev/null ||
  fail "helm $HELM_AT_LEAST or later is not on PATH (found: ${found:-none}); install it, or install Go so that it can be built"

say "building helm $HELM_VERSION with Go (several minutes, once)"
work="$PWD/.tools/helm-build"
mkdir -p "$work"
cat >"$work/go.mod" <<MOD
module helm

go 1.24.7

require (
	helm.sh/helm/v3 v$HELM_VERSION
	github.com/pulumi/pulumi-kubernetes/provider/v4 $KUBERNETES_PROVIDER
)
MOD
watched_go "$work/build.log" go -C "$work" build -mod=mod -trimpath -gcflags 'all=-N -l' -ldflags "-s -w" \
  -o "$BIN/helm.part" helm.sh/helm/v3/cmd/helm || { tail -n 10 "$work/build.log" >&2; fail "helm could not be built (log: .tools/helm-build/build.log)"; }
mv "$BIN/helm.part" "$BIN/helm"
rm -rf "$work"
