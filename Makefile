# What there is to do here; CMakePresets.json has the settings.
PRESET ?= release
JOBS ?= $(shell nproc)

PACKAGES = g++ cmake ninja-build pkg-config python3 libboost1.81-dev libboost-json1.81-dev libsqlite3-dev libfmt-dev \
           libssl-dev libcli11-dev libcpp-httplib-dev libjemalloc-dev librapidcheck-dev libgtest-dev libgmock-dev curl \
           sqlite3

.PHONY: help deps build demo test test-asan test-tsan clang lint fuzz mutants format format-check clean

help:
	@echo "make demo       build what the demo needs and run it"
	@echo "make build      everything, optimised; the programs are then in build/bin"
	@echo "make test       build everything and run all tests"
	@echo "make test-asan  the tests with AddressSanitizer and UndefinedBehaviorSanitizer"
	@echo "make test-tsan  the tests with ThreadSanitizer"
	@echo "make clang      build everything with clang++-19, which also checks what each lock guards"
	@echo "make lint       clang-tidy-19 on all but the tests; .clang-tidy has the checks"
	@echo "make fuzz       libFuzzer on each target for FUZZ_SECONDS (60); FUZZ_TARGETS names some"
	@echo "make mutants    plant MUTANTS (200) small bugs, drawn by MUTANT_SEED (1), and see whether the tests find them"
	@echo "make deps       install the Debian packages needed; also part of demo and test"
	@echo "make format, make format-check, make clean"

deps:
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  sudo=""; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	  $$sudo apt-get update && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	fi

build:
	cmake --preset $(PRESET)
	cmake --build --preset $(PRESET) -j $(JOBS)

demo: deps
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target shop hotel lasagne_cli
	examples/demo.sh build/bin

test: deps build
	ctest --preset $(PRESET)

# ThreadSanitizer of g++ 12 cannot start where the kernel randomises addresses widely: setarch -R turns that off.
SETARCH = $(shell setarch -R true 2>/dev/null && echo setarch -R)

test-asan: deps
	$(MAKE) --no-print-directory build PRESET=asan
	ctest --preset asan

test-tsan: deps
	$(MAKE) --no-print-directory build PRESET=tsan
	$(SETARCH) ctest --preset tsan

clang:
	$(MAKE) --no-print-directory deps PACKAGES="$(PACKAGES) clang-19"
	$(MAKE) --no-print-directory build PRESET=clang
	cmake --build --preset clang -j $(JOBS) --target all_verify_interface_header_sets

lint:
	$(MAKE) --no-print-directory deps PACKAGES="$(PACKAGES) clang-19 clang-tidy-19"
	cmake --preset clang
	run-clang-tidy-19 -quiet -p build/clang -j $(JOBS) '^$(CURDIR)/(src|cli|examples|bench)/.*[.]cpp$$' \
	    >build/clang/lint.log 2>&1 || \
	  { grep -E '(error|warning):' build/clang/lint.log | sort -u; echo "all of it is in build/clang/lint.log"; exit 1; }

# What it finds that is new is kept in build/fuzz/corpus, what fails in build/fuzz/found.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(notdir $(wildcard tests/fuzz/corpus/*))
FUZZ_PACKAGES = clang-19 libclang-rt-19-dev

fuzz:
	$(MAKE) --no-print-directory deps PACKAGES="$(PACKAGES) $(FUZZ_PACKAGES)"
	$(MAKE) --no-print-directory build PRESET=fuzz
	@mkdir -p build/fuzz/found; \
	for target in $(FUZZ_TARGETS); do \
	  echo "fuzz: $$target"; mkdir -p build/fuzz/corpus/$$target; \
	  LASAGNE_FUZZ_TARGET=$$target build/fuzz/bin/fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=30 -rss_limit_mb=4096 \
	    -artifact_prefix=build/fuzz/found/$$target- -print_final_stats=1 -verbosity=0 \
	    build/fuzz/corpus/$$target tests/fuzz/corpus/$$target || exit 1; \
	done

# Goes on where it was stopped; what is known of a mutant is not found out again until build/mutants goes.
MUTANTS ?= 200
MUTANT_SEED ?= 1

mutants: deps
	python3 tests/mutants/mutants.py --sample $(MUTANTS) --seed $(MUTANT_SEED) --workers $(JOBS)

format:
	$(MAKE) --no-print-directory deps PACKAGES=clang-format-19
	git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

format-check:
	$(MAKE) --no-print-directory deps PACKAGES=clang-format-19
	git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 --dry-run -Werror

clean:
	rm -rf build
