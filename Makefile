# make up      a whole region on this machine, with simulated load    (ARGS="--help" for options)
# make test    unit, flow and chaos tests on real servers
# make check   formatting, lint and types
# make preview  what the working tree would change in the three stacks, without a cloud account
# make capacity servers, volumes and monthly cost of each region, AWS IoT Core beside it
# make bench   highest rate without loss, latency per stage, beside Mosquitto alone
# make clean   drops what was built and every local region's state

SHELL := /bin/bash
export PATH := $(CURDIR)/.tools/bin:$(PATH)
ARGS ?=

.PHONY: up test check preview capacity bench build setup clean
up: build
	@node local/main.ts $(ARGS)

test: build
	@node test/run.ts $(ARGS)

check: setup
	@npx biome check . && npx tsc --noEmit

bench: build
	@node bench/main.ts $(ARGS)

capacity: setup
	@node tools/capacity.ts $(ARGS)

build: setup
	@node tools/build.ts

setup:
	@./tools/bootstrap.sh

clean:
	rm -rf dist .local .tools node_modules
