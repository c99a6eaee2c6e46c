#!/usr/bin/env bash
# Brings the Pulumi engine into the project folder: the pulumi that is installed, otherwise one built
# from its Go module. Needed by `make preview` and the engine tests, which run without a cloud
# account. Safe to run again: a finished step takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."

# The SDK in package.json is newer; it runs on this engine (the engine tests prove it).
PULUMI_VERSION=3.255.0
PULUMI_AT_LEAST=3.200
MODULE=github.com/pulumi/pulumi
BIN="$PWD/.tools/bin"
[ -x "$BIN/pulumi" ] && exit 0
mkdir -p "$BIN"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }
# shellcheck source=tools/watched-go.sh
. tools/watched-go.sh
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

found=""
if command -v pulumi >/dev/null; then
  found=$(PULUMI_SKIP_UPDATE_CHECK=true pulumi version | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
  if at_least "$PULUMI_AT_LEAST" "$found"; then
    ln -sfn "$(command -v pulumi)" "$BIN/pulumi"
    exit 0
  fi
fi
command -v go >/dev/null ||
  fail "pulumi $PULUMI_AT_LEAST or later is not on PATH (found: ${found:-none}); install it, or install Go so that it can be built"

# `go install pkg@version` refuses modules with replace directives, and takes no version stamp from
# the module; a module of our own that requires it does neither harm. Without the stamp the engine
# calls itself version "" and the SDK refuses to work with it.
say "building pulumi $PULUMI_VERSION with Go (about 4 minutes, once; longer where the network is slow)"
work="$PWD/.tools/pulumi-build"
mkdir -p "$work"
cat >"$work/go.mod" <<MOD
module engine

require $MODULE/pkg/v3 v$PULUMI_VERSION
MOD
stamp="-s -w -X $MODULE/sdk/v3/go/common/version.Version=v$PULUMI_VERSION"
watched_go "$work/build.log" go -C "$work" build -mod=mod -trimpath -ldflags "$stamp" \
  -o "$BIN/pulumi.part" "$MODULE/pkg/v3/cmd/pulumi" || { tail -n 10 "$work/build.log" >&2; fail "pulumi could not be built (log: .tools/pulumi-build/build.log)"; }
mv "$BIN/pulumi.part" "$BIN/pulumi"
rm -rf "$work"
