#!/usr/bin/env bash
# Brings the real AWS provider into .tools/providers, and moto for it to talk to. `make test-providers`
# runs the stacks on them. Six and a half minutes of one core, once. Safe to run again: what is there
# takes no time, and what was interrupted goes on from where it was.
set -euo pipefail
cd "$(dirname "$0")/.."

# It calls itself what package.json pins of the SDK.
AWS_PROVIDER=github.com/hashicorp/terraform-provider-aws@v1.60.1-0.20260602190131-5f2286d6d836
BRIDGE=github.com/pulumi/pulumi-terraform-bridge/v3@v3.120.0
HOME_DIR="$PWD/.tools/providers"
WORK="$PWD/.tools/providers-build"
export GOFLAGS="${GOFLAGS:--buildvcs=false}"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }
# shellcheck source=tools/watched-go.sh
. tools/watched-go.sh
sdk_version() { node -p "require('./package.json').dependencies['@pulumi/$1']"; }

# The folder of a module's sources, downloaded where need be.
sources_of() { go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

# copied MODULE FOLDER: its sources, writable, without what only its own tests need.
copied() {
  local from
  from=$(sources_of "$1")
  [ -n "$from" ] || fail "the Go module $1 could not be downloaded"
  rm -rf "$2" && mkdir -p "$2"
  (cd "$from" && tar --exclude=testdata --exclude='*_test.go' --exclude=./website --exclude=./examples -cf - .) |
    tar -xf - -C "$2" --no-same-permissions
  chmod -R u+w "$2"
}

# built NAME FOLDER PACKAGE [LDFLAGS]: the program of that name. Not optimized: that would take twice
# as long, and what is built spends its time on waiting.
built() {
  watched_go "$WORK/$1.log" go -C "$2" build -mod=mod -trimpath -gcflags 'all=-N -l' \
    -ldflags "-s -w ${4:-}" -o "$WORK/$1" "$3" ||
    { tail -n 10 "$WORK/$1.log" >&2; fail "$1 could not be built (log: .tools/providers-build/$1.log)"; }
  mv "$WORK/$1" "$HOME_DIR/$1"
}

# A program of ours on the AWS provider for Terraform, of which we keep the services that the stacks use.
build_aws_provider() {
  local stamp="$HOME_DIR/aws.version" made_of
  made_of=$(cat tools/bootstrap-providers.sh tools/providers/aws/* | sha256sum | cut -d' ' -f1)-$(sdk_version aws)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$made_of" ] && return
  command -v go >/dev/null || fail "Go is not on PATH, so that the AWS provider cannot be built"
  say "building the AWS provider (several minutes, once)"
  copied "$AWS_PROVIDER" "$WORK/upstream"
  copied "$BRIDGE" "$WORK/bridge"
  node tools/providers/aws/trim.ts "$WORK/upstream" "$WORK/bridge"
  mkdir -p "$WORK/aws"
  cp tools/providers/aws/*.go "$WORK/aws/"
  # Its path lies below the provider's: only so may it import what is internal there.
  cat >"$WORK/aws/go.mod" <<MOD
module github.com/hashicorp/terraform-provider-aws/sentinel

$(grep '^go ' "$WORK/upstream/go.mod")

require (
	github.com/hashicorp/terraform-provider-aws ${AWS_PROVIDER#*@}
	github.com/pulumi/pulumi-terraform-bridge/v3 ${BRIDGE#*@}
)

replace (
	github.com/hashicorp/terraform-provider-aws => ../upstream
	github.com/pulumi/pulumi-terraform-bridge/v3 => ../bridge
)
MOD
  built pulumi-resource-aws "$WORK/aws" . "-X main.version=$(sdk_version aws)"
  echo "$made_of" >"$stamp"
}

mkdir -p "$HOME_DIR" "$WORK"
tools/bootstrap-moto.sh
build_aws_provider
rm -rf "$WORK"
