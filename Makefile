# Thin calls of shell scripts that also work alone.
.PHONY: demo test check bench faults lock clean
demo:            ## set up, and run the main job on real articles
	@sh scripts/demo
test:            ## set up, and pass all tests and checks
	@sh scripts/test
check:           ## style, types, the import contract
	@sh scripts/check
bench:           ## measure speed and memory as ratios
	@sh scripts/bench
faults:          ## the long fault campaigns
	@sh scripts/faults
lock:            ## make the lock files anew
	@sh scripts/lock
clean:
	rm -rf demo test-out bench-out .mypy_cache .ruff_cache .hypothesis
