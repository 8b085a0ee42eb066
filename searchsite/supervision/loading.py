"""Filling the open shop: the demo or the asked catalog, with honest counts until every product is searchable."""

import time
from collections.abc import Mapping

from searchsite.supervision.children import Child, ChildPlan
from searchsite.supervision.console import Console
from searchsite.supervision.jobs import plan_demo, plan_import
from searchsite.supervision.options import UpOptions
from searchsite.supervision.readiness import ask_readiness, describe_progress

ASK_SECONDS = 2.0
STARTED, DONE = "started", "done"


class CatalogLoader:
    """A small machine the supervisor advances: wait for the web, choose what to load, load, count, announce."""

    def __init__(self, options: UpOptions, environment: Mapping[str, str], console: Console, *, began: float) -> None:
        self.options, self.environment, self.console, self.began = options, environment, console, began
        self.waiting: list[ChildPlan] | None = None
        self.job: Child | None = None
        self.finished = False
        self.asked_at = 0.0
        self.demo = False

    def advance(self) -> None:
        if self.finished or time.monotonic() - self.asked_at < ASK_SECONDS:
            return
        checks = ask_readiness(self.options.host, self.options.port, public_host=self.options.public_host)
        self.asked_at = time.monotonic()
        if not checks or "index" not in checks:
            return
        index = checks["index"]
        if self.waiting is None:
            self.announce("The shop is open")
            self.waiting = self.choose(index["products"])
        self.run_jobs()
        if index["products"]:
            self.console.show_progress(describe_progress(index))
        if self.job is None and not self.waiting and index["ok"]:
            self.finish(index["products"])

    def choose(self, products: int) -> list[ChildPlan]:
        if self.options.catalog:
            self.console.say(f"Loading {self.options.catalog}…")
            return plan_import(self.options.catalog, root=self.options.root)
        state = self.options.folder.demo_state
        begun = state.read_text() if state.exists() else ""
        # A load that was cut off is done again (an import is idempotent); a catalog of the owner's is left alone.
        if not self.options.demo or begun == DONE or (products and begun != STARTED):
            return []
        self.console.say("The catalog is empty: loading the demo catalog…")
        state.write_text(STARTED)
        self.demo = True
        return plan_demo(self.options.folder.demo, root=self.options.root)

    def run_jobs(self) -> None:
        if self.job and self.job.process and self.job.process.poll() is None:
            return
        if self.job and self.job.process and self.job.process.returncode:
            self.console.say(f"Loading the catalog failed ({self.job.log}):")
            for line in self.job.last_words(8):
                self.console.say(f"    {line[:300]}")
            self.waiting, self.demo = [], False
        self.job = None
        if self.waiting:
            folder = self.options.folder
            plan = self.waiting.pop(0)
            self.job = Child(plan, log_folder=folder.logs, environment=self.environment, cwd=self.options.root)
            self.job.start()
        elif self.demo:
            self.options.folder.demo_state.write_text(DONE)
            self.demo = False

    def finish(self, products: int) -> None:
        self.finished = True
        self.announce(f"All {products:,} products are searchable" if products else "The catalog is empty")
        self.console.say("Ctrl-C stops everything.")

    def announce(self, what: str) -> None:
        base = f"http://{self.options.public_host}:{self.options.port}"
        self.console.say(f"{what} ({time.monotonic() - self.began:.0f} s).")
        self.console.say(f"    shop   {base}/\n    admin  {base}/admin/\n    API    {base}/api/v1/docs")

    def stop(self) -> None:
        if self.job:
            self.job.request_stop()
            self.job.finish_stop()
