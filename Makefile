# make up        a whole region on this machine, with simulated load    (ARGS="--help" for options)
# make test      unit, flow, chaos and engine tests, on real servers and the real Pulumi engine
# make test-providers  the stacks on the real providers of AWS and Kubernetes, which it builds once
# make charts    the charts as they are published, with our values: linted, rendered, held against the API's schemas
# make check     formatting, lint and types
# make preview   what the working tree would change in the three stacks, without a cloud account
# make capacity  servers, volumes and monthly cost of each region, AWS IoT Core beside it
# make bench     highest rate without loss, latency per stage, logins; Mosquitto alone beside it
# make profile   processor time of an alert and of a login, by process and by kind of work
# make clean     drops what was built and every local region's state

SHELL := /bin/bash
export PATH := $(CURDIR)/.tools/bin:$(PATH)
ARGS ?=
AUTH_ARGS ?=
FLOOD_ARGS ?=

.PHONY: up test test-providers charts check preview capacity bench profile build setup engine
.PHONY: checkers clean
up: build
	@node local/main.ts $(ARGS)

test: build engine checkers
	@node test/run.ts $(ARGS)

# Its own target, because what it builds takes as long as the set-up of all others together.
test-providers: setup engine
	@./tools/bootstrap-providers.sh
	@TEST_SUITE=providers node test/run.ts $(ARGS)

charts: setup
	@TEST_SUITE=charts node test/run.ts $(ARGS)

check: setup
	@npx biome check . && npx tsc --noEmit && npx tsc --noEmit -p app/console/page

bench: build
	@node bench/main.ts $(ARGS)
	@node bench/auth.ts $(AUTH_ARGS) $(filter --help,$(ARGS))
	@node bench/catch-up.ts $(filter --help,$(ARGS))
	@node bench/revocation.ts $(filter --help,$(ARGS))
	@node bench/flood.ts $(FLOOD_ARGS) $(filter --help,$(ARGS))

profile: build
	@node bench/profile.ts $(ARGS)

preview: setup engine
	@node tools/preview.ts $(ARGS)

capacity: setup
	@node tools/capacity.ts $(ARGS)

build: setup
	@node tools/build.ts

setup:
	@./tools/bootstrap.sh

# The Pulumi engine, for previews and tests.
engine: setup
	@./tools/bootstrap-engine.sh

# What the tests hold rules, Kubernetes objects and the page against. Without a browser the page's tests fail alone, without nft the fence's; without Alertmanager its cases are left out.
checkers: setup
	@./tools/bootstrap-promtool.sh
	-@./tools/bootstrap-chromium.sh
	-@./tools/bootstrap-nft.sh
	-@./tools/bootstrap-watch.sh
	-@./tools/bootstrap-schemathesis.sh
	@node tools/kubernetes-schemas.ts

clean:
	rm -rf dist .local .tools node_modules
