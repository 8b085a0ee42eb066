"""`python -m benchmarks`: the quick ones, one after another."""

from benchmarks.all import main

main()
