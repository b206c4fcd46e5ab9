# Everything one does with this house. `make run` and `make test` work on a fresh Debian 12 that has git, make and the
# Swift 6.3 toolchain; they fetch what else they need, once.

.PHONY: run setup setup-test build test bench reader-bench promqltest fuzz lint clean peers
.DEFAULT_GOAL := build

# How the binary that is shipped gets built: these flags stand here and in no other place (the Dockerfile calls make build).
# No path of the machine it was built on goes into it.
RELEASE := --configuration release --static-swift-stdlib -Xlinker -s -Xswiftc -gnone \
	-Xswiftc -file-prefix-map -Xswiftc "$(CURDIR)=."
BINARY := .build/release/vedette

# The commit goes into the binary, where there is one to be known: a name given from outside (the Dockerfile has no .git), or
# that of this folder's own .git, not of one that a tarball was unpacked in. "-modified" says that it is not that commit alone.
ifeq ($(VEDETTE_REVISION),)
ifneq ($(wildcard .git),)
VEDETTE_REVISION := $(shell git describe --always --abbrev=40 --exclude='*' --dirty=-modified 2>/dev/null)
endif
endif
export VEDETTE_REVISION

# Seconds for each fuzz target: a short run within `make test`, a long one with `make fuzz`.
FUZZ_SECONDS := 600
FUZZ_SECONDS_IN_TEST := 5

run: setup build
	@exec $(BINARY) serve

setup:
	@scripts/setup.sh build

# Before the peers: one of them is made with a package of these.
setup-test:
	@scripts/setup.sh build test

build: setup
	@swift build $(RELEASE) --product vedette

lint:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests $(wildcard Fuzz bench)

# The programs we are compared with. Where they cannot be had the tests that need them say that they are skipped;
# under CI=true those tests fail.
peers:
	@scripts/peers.sh fetch || [ "$$CI" != true ]
	@scripts/python-client.sh fetch || [ "$$CI" != true ]

# Unit tests one after the other: many block threads on purpose, and two cores have few. The end-to-end tests come last and by
# themselves: they load the machine. The one that says how soon what was scraped is in the file has it for itself.
test: setup-test peers
	@$(MAKE) --no-print-directory lint build
	@swift build --build-tests
	@scripts/fuzz.sh $(FUZZ_SECONDS_IN_TEST)
	@VEDETTE_PEERS="$$(scripts/peers.sh)" swift test --skip-build --no-parallel --skip EndToEndTests
	@VEDETTE_BINARY=$(BINARY) VEDETTE_PEERS="$$(scripts/peers.sh)" \
		VEDETTE_PYTHON="$$(scripts/python-client.sh)" swift test --skip-build --filter EndToEndTests --skip CrashTests
	@VEDETTE_BINARY=$(BINARY) swift test --skip-build --filter EndToEndTests.CrashTests

# Prometheus's own test scripts against the query engine: make promqltest DIR=…
promqltest: setup
	@swift build --product promqltest
	@.build/debug/promqltest "$(or $(DIR),../shared/promqltest)"

bench:
	@scripts/setup.sh build bench
	@scripts/peers.sh fetch
	@$(MAKE) --no-print-directory build
	@/usr/bin/python3 bench/bench.py all

# Called by the bench: here so that it is built with the flags of the binary.
reader-bench:
	@swift build $(RELEASE) --product ReaderBench

fuzz: setup
	@scripts/fuzz.sh $(FUZZ_SECONDS)

clean:
	rm -rf .build
