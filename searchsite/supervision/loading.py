"""Filling the open shop: the demo or the asked catalog, with honest counts until every product is searchable."""

import time
from collections.abc import Mapping
from typing import Any

from searchsite.supervision.children import Child, ChildPlan
from searchsite.supervision.console import Console
from searchsite.supervision.jobs import plan_demo, plan_import
from searchsite.supervision.options import UpOptions
from searchsite.supervision.readiness import ask_readiness, describe_progress

ASK_SECONDS = 2.0
ASK_UNTIL_OPEN_SECONDS = 0.25
# Told again after a long load, not twice in a row.
ADDRESSES_SEEN_SECONDS = 20.0
STARTED, DONE = "started", "done"


class CatalogLoader:
    """A small machine the supervisor advances: wait for the web, choose what to load, load it, count, announce."""

    def __init__(self, options: UpOptions, environment: Mapping[str, str], console: Console, *, began: float) -> None:
        self.options, self.environment, self.console, self.began = options, environment, console, began
        self.state = options.folder.demo_state
        self.open = False
        self.finished = False
        self.asked_at = 0.0
        self.addresses_told_at = float("-inf")
        self.job: Child | None = None
        self.job_is_demo = False
        # Counts taken before the load ended say nothing about it.
        self.loaded_at = time.time()

    def advance(self) -> None:
        pause = ASK_SECONDS if self.open else ASK_UNTIL_OPEN_SECONDS
        if self.finished or time.monotonic() - self.asked_at < pause:
            return
        checks = ask_readiness(self.options.host, self.options.port, public_host=self.options.public_host)
        self.asked_at = time.monotonic()
        if not checks or "index" not in checks:
            return
        index = checks["index"]
        if not self.open:
            self.open = True
            self.announce("The shop is open")
            self.begin(self.choose(index["products"]))
        if self.job and self.job.ended_within(0):
            self.end_job(self.job)
        if index["products"]:
            self.console.show_progress(describe_progress(index))
        if self.job is None and index["counted_at"] > self.loaded_at:
            self.finish_if_fresh(index)

    def choose(self, products: int) -> ChildPlan | None:
        if self.options.catalog:
            self.console.say(f"Loading {self.options.catalog}…")
            return plan_import(self.options.catalog, price_scale=self.options.price_scale, root=self.options.root)
        begun = self.state.read_text() if self.state.exists() else ""
        # A load that was cut off is done again (an import is idempotent); a catalog of the owner's is left alone.
        if not self.options.demo or begun == DONE or (products and begun != STARTED):
            return None
        self.console.say("The catalog is empty: loading the demo catalog…")
        self.state.write_text(STARTED)
        self.job_is_demo = True
        return plan_demo(root=self.options.root)

    def begin(self, plan: ChildPlan | None) -> None:
        if plan:
            logs = self.options.folder.logs
            self.job = Child(plan, log_folder=logs, environment=self.environment, cwd=self.options.root)
            self.job.start()

    def end_job(self, job: Child) -> None:
        failed = bool(job.process and job.process.returncode)
        if failed:
            self.console.say(f"Loading the catalog failed; start again to repeat it. Its log, {job.log}, ends:")
        elif self.job_is_demo:
            self.state.write_text(DONE)
        # Lines of JSON are its log, the others are meant for people.
        for line in job.last_words(40):
            if failed or not line.startswith("{"):
                self.console.say(f"    {line[:300]}")
        self.job = None
        self.loaded_at = time.time()

    def finish_if_fresh(self, index: dict[str, Any]) -> None:
        total = index["products"]
        if index["ok"]:
            self.finished = True
            self.announce(f"All {total:,} products are searchable" if total else "The catalog is empty")
            self.console.say("Ctrl-C stops everything.")

    def announce(self, what: str) -> None:
        base = f"http://{self.options.public_host}:{self.options.port}"
        self.console.say(f"{what} ({time.monotonic() - self.began:.0f} s).")
        if time.monotonic() - self.addresses_told_at < ADDRESSES_SEEN_SECONDS:
            return
        self.addresses_told_at = time.monotonic()
        self.console.say(f"    shop   {base}/\n    admin  {base}/admin/\n    API    {base}/api/v1/docs")

    def stop(self) -> None:
        if self.job:
            self.job.request_stop()
            self.job.finish_stop()
