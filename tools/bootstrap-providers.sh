#!/usr/bin/env bash
# Brings the real providers and what they talk to into .tools/providers: Pulumi's providers of AWS and
# Kubernetes, moto, kube-apiserver, kube-controller-manager and etcd. `make test-providers` runs the
# stacks on them. About 30 minutes of two cores, once. Safe to run again: what is there takes no time,
# and what was interrupted goes on from where it was.
set -euo pipefail
cd "$(dirname "$0")/.."

# The providers call themselves what package.json pins of the SDKs.
AWS_PROVIDER=github.com/hashicorp/terraform-provider-aws@v1.60.1-0.20260602190131-5f2286d6d836
BRIDGE=github.com/pulumi/pulumi-terraform-bridge/v3@v3.120.0
KUBERNETES_PROVIDER=github.com/pulumi/pulumi-kubernetes/provider/v4@v4.0.0-20260115033456-f47bc2d6f199
# Of the minor version that infra/versions.ts gives EKS; a test holds them together.
KUBERNETES=k8s.io/kubernetes@v1.35.4
HOME_DIR="$PWD/.tools/providers"
WORK="$PWD/.tools/providers-build"
export GOFLAGS="${GOFLAGS:--buildvcs=false}"

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 1; }
# shellcheck source=tools/watched-go.sh
. tools/watched-go.sh
sdk_version() { node -p "require('./package.json').dependencies['@pulumi/$1']"; }

# is_built NAME WHAT: whether the program of that name is there, made of that.
is_built() { [ -x "$HOME_DIR/$1" ] && [ "$(cat "$HOME_DIR/$1.made-of" 2>/dev/null)" = "$2" ]; }

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

# build NAME FOLDER PACKAGE WHAT [LDFLAGS]: the program of that name. Not optimized: that would take
# twice as long, and what is built spends its time on waiting.
build() {
  command -v go >/dev/null || fail "Go is not on PATH, so that $1 cannot be built"
  say "building $1 (several minutes, once)"
  watched_go "$WORK/$1.log" go -C "$2" build -mod=mod -trimpath -gcflags 'all=-N -l' \
    -ldflags "-s -w ${5:-}" -o "$WORK/$1" "$3" ||
    { tail -n 10 "$WORK/$1.log" >&2; fail "$1 could not be built (log: .tools/providers-build/$1.log)"; }
  mv "$WORK/$1" "$HOME_DIR/$1"
  echo "$4" >"$HOME_DIR/$1.made-of"
}

# A program of ours on the AWS provider for Terraform, of which we keep the services that the stacks use.
build_aws_provider() {
  local name=pulumi-resource-aws made_of
  made_of="$AWS_PROVIDER $BRIDGE $(sdk_version aws) $(cat tools/providers/aws/* | sha256sum | cut -d' ' -f1)"
  is_built $name "$made_of" && return
  say "copying the sources of the AWS provider"
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
  build $name "$WORK/aws" . "$made_of" "-X main.version=$(sdk_version aws)"
}

# Pulumi's provider, with as much of its SDK as it needs for resources.
build_kubernetes_provider() {
  local name=pulumi-resource-kubernetes made_of from sdk kept
  made_of="$KUBERNETES_PROVIDER $(sdk_version kubernetes) $(cat tools/providers/kubernetes/main.go tools/providers/kubernetes/yaml/register.go | sha256sum | cut -d' ' -f1)"
  is_built $name "$made_of" && return
  from=$(sources_of "$KUBERNETES_PROVIDER")
  [ -n "$from" ] || fail "the Go module $KUBERNETES_PROVIDER could not be downloaded"
  sdk=$(sed -n 's#^\t\(github.com/pulumi/pulumi-kubernetes/sdk/v4\) \(v[^ ]*\)$#\1@\2#p' "$from/go.mod")
  kept="$WORK/kubernetes/sdk/go/kubernetes"
  copied "$sdk" "$WORK/kubernetes/sdk"
  find "$kept" -mindepth 1 -maxdepth 1 -type d ! -name utilities ! -name helm -exec rm -rf {} +
  find "$kept/helm" -mindepth 1 -maxdepth 1 ! -name v4 -exec rm -rf {} +
  install -D -m 644 tools/providers/kubernetes/yaml/register.go "$kept/yaml/v2/register.go"
  cp tools/providers/kubernetes/main.go "$WORK/kubernetes/"
  install -m 644 "$from"/cmd/pulumi-resource-kubernetes/{schema,terraform-mapping}.json "$WORK/kubernetes/"
  cat >"$WORK/kubernetes/go.mod" <<MOD
module kubernetes

$(grep '^go ' "$from/go.mod")

require ${KUBERNETES_PROVIDER%@*} ${KUBERNETES_PROVIDER#*@}

replace ${sdk%@*} => ./sdk
MOD
  build $name "$WORK/kubernetes" . "$made_of" "-X main.version=$(sdk_version kubernetes)"
}

# build_of_kubernetes NAME: one of its servers.
build_of_kubernetes() {
  local name=$1 stamp=k8s.io/component-base/version from release=${KUBERNETES#*@v} minor
  is_built "$name" "$KUBERNETES" && return
  from=$(sources_of "$KUBERNETES")
  [ -n "$from" ] || fail "the Go module $KUBERNETES could not be downloaded"
  minor=$(printf '%s' "$release" | cut -d. -f2)
  mkdir -p "$WORK/kube"
  # Its parts are modules of their own, under the same number with a 0 in front.
  {
    printf 'module kube\n\n%s\n\n' "$(grep '^go ' "$from/go.mod")"
    printf 'require k8s.io/kubernetes v%s\n\nreplace (\n' "$release"
    sed -n "s#^\t\(k8s.io/[a-z-]*\) => ./staging/.*#\t\1 => \1 v0.${release#1.}#p" "$from/go.mod"
    printf ')\n'
  } >"$WORK/kube/go.mod"
  build "$name" "$WORK/kube" "k8s.io/kubernetes/cmd/$name" "$KUBERNETES" \
    "-X $stamp.gitVersion=v$release -X $stamp.gitMajor=1 -X $stamp.gitMinor=$minor"
}

# The installed one, or the one of Debian's package, unpacked and not installed: its service has no
# business here.
setup_etcd() {
  [ -x "$HOME_DIR/etcd" ] && return
  local found unpacked="$WORK/etcd"
  if found=$(command -v etcd); then
    ln -sfn "$found" "$HOME_DIR/etcd"
    return
  fi
  say "unpacking etcd from the package etcd-server"
  command -v dpkg >/dev/null || fail "etcd is not on PATH; install it, then run this again"
  rm -rf "$unpacked" && mkdir -p "$unpacked"
  (
    cd "$unpacked"
    apt-get download -qq etcd-server || { apt-get update -qq && apt-get download -qq etcd-server; }
    dpkg -x etcd-server_*.deb .
  ) >"$WORK/etcd.log" 2>&1 || fail "etcd could not be had (log: .tools/providers-build/etcd.log)"
  install -m 755 "$unpacked/usr/bin/etcd" "$HOME_DIR/etcd"
}

mkdir -p "$HOME_DIR" "$WORK"
tools/bootstrap-moto.sh
setup_etcd
build_aws_provider
build_of_kubernetes kube-apiserver
build_of_kubernetes kube-controller-manager
build_kubernetes_provider
rm -rf "$WORK"
