"""The quick benchmarks one after another (`make bench`): import, relevance, search; two imports in all."""

import os
import subprocess
import sys

from benchmarks.catalog_in_database import KEEP
from benchmarks.chorus import require_data
from benchmarks.harness import ROOT, bench_database, report, setup_django

# Each in a process of its own, so that the memory of one is not counted against the next.
NAMES = ("import_catalog", "relevance", "search")


def main() -> None:
    require_data()
    environment = {**os.environ, KEEP: "1"}
    try:
        for name in NAMES:
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, env=environment, check=True)
    finally:
        setup_django()
        with bench_database():
            report("dropping the benchmarks' database")


if __name__ == "__main__":
    main()
