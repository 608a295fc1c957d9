"""Benchmarks: `make bench`. Ratios within one run, so that machines need not be alike."""
