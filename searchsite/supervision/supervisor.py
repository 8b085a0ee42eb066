"""One process that starts the embedded servers and the shop, keeps them running, and stops them in order."""

import os
import signal
import time
from types import FrameType
from typing import Any

from searchsite.supervision.children import Child
from searchsite.supervision.console import Console
from searchsite.supervision.errors import AlreadyRunning, StopRequested
from searchsite.supervision.jobs import manage, run_and_tell
from searchsite.supervision.loading import CatalogLoader
from searchsite.supervision.locks import FileLock
from searchsite.supervision.network import require_port
from searchsite.supervision.options import UpOptions
from searchsite.supervision.plan import plan_children
from searchsite.supervision.processes import MARK, stop_marked
from searchsite.supervision.queues import give_back_taken_tasks
from searchsite.supervision.services import EmbeddedServices, record_services

TICK_SECONDS = 0.25
SERVICES_SECONDS = 2.0
WEB_ALONE_SECONDS = 20.0
QUEUES = ("cpu", "gpu", "train")


# Measured with a million products (docs/operations.md): the C library keeps freed arrays instead of handing their pages
# back and forth, and one thread multiplies the small matrices. What the environment says comes first.
PROCESS_DEFAULTS = {
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "67108864",
    "OPENBLAS_NUM_THREADS": "1",
}


class Supervisor:
    """The shop on one machine, from the first lock to the last process."""

    def __init__(self, options: UpOptions, console: Console) -> None:
        self.options = options
        self.folder = options.folder
        self.console = console
        self.lock = FileLock(self.folder.lock)
        self.services = EmbeddedServices(self.folder.var) if not (options.database_url and options.broker_url) else None
        self.children: list[Child] = []
        self.services_seen_at = 0.0
        self.all_started = False
        self.environment = {
            **PROCESS_DEFAULTS,
            **os.environ,
            MARK: str(self.folder.var),
            "SEARCHSITE_VAR_DIR": str(self.folder.var),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self) -> None:
        """Until Ctrl-C or SIGTERM. Whatever happens, nothing is left running."""
        self.take_over()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, request_stop)
        try:
            self.open_shop()
            self.keep_running()
        except StopRequested:
            self.console.say("Stopping…")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.stop()

    def take_over(self) -> None:
        """Become the only supervisor of this folder; end what a killed one left behind."""
        if not self.lock.acquire():
            holder = self.lock.read_holder()
            raise AlreadyRunning(
                f"The shop is already running (process {holder.get('pid', '?')}, {holder.get('url', 'starting')}). "
                f"Stop it with Ctrl-C there, or `kill {holder.get('pid', 'PID')}`."
            )
        self.lock.write_holder(pid=os.getpid(), url=f"http://{self.options.public_host}:{self.options.port}")
        left = stop_marked(str(self.folder.var))
        if left:
            self.console.say(f"Ended {left} processes that an earlier, killed start had left running.")
        require_port(self.options.host, self.options.port)

    def open_shop(self) -> None:
        began = time.monotonic()
        self.start_services()
        run_and_tell(
            manage("prepare", root=self.options.root),
            environment=self.environment,
            log=self.folder.logs / "prepare.log",
            tell=self.console.say,
        )
        for plan in plan_children(host=self.options.host, port=self.options.port, run_folder=self.folder.run):
            child = Child(plan, log_folder=self.folder.logs, environment=self.environment, cwd=self.options.root)
            self.children.append(child)
        self.children[0].start()
        self.web_started_at = time.monotonic()
        self.loader = CatalogLoader(self.options, self.environment, self.console, began=began)

    def start_services(self) -> None:
        """Start or adopt what the owner did not name a server for; write down where everything is."""
        urls = {}
        if self.services and self.services.home != self.folder.var:
            self.console.say(
                f"The servers' files are in {self.services.home}: their account cannot reach {self.folder.var}."
            )
        if self.services and not self.options.database_url:
            urls["database_url"] = self.timed("Database", self.services.start_postgres)
        if self.services and not self.options.broker_url:
            urls["broker_url"] = self.timed("Broker", self.services.start_valkey)
        record_services(self.folder.services, **urls)
        self.broker_url = urls.get("broker_url", "")
        self.give_back(QUEUES)

    def timed(self, name: str, start: Any) -> str:
        began = time.monotonic()
        url = str(start())
        self.console.say(f"{name}: ready in {time.monotonic() - began:.1f} s (embedded, 127.0.0.1 only)")
        return url

    def give_back(self, queues: tuple[str, ...]) -> None:
        if self.broker_url and queues:
            back = give_back_taken_tasks(self.broker_url, queues, dict(self.options.broker_options))
            if back:
                self.console.say(f"Gave {back} interrupted tasks back to their queues.")

    def keep_running(self) -> None:
        while True:
            for child in self.children:
                self.watch(child)
            self.start_the_rest()
            if time.monotonic() - self.services_seen_at > SERVICES_SECONDS:
                self.watch_services()
                self.services_seen_at = time.monotonic()
            self.loader.advance()
            time.sleep(TICK_SECONDS)

    def start_the_rest(self) -> None:
        """After the web, so that on a small machine the first page does not wait for the workers' start."""
        patient = time.monotonic() - self.web_started_at < WEB_ALONE_SECONDS
        if self.all_started or (patient and not self.loader.open):
            return
        for child in self.children[1:]:
            child.start()
        self.all_started = True

    def watch(self, child: Child) -> None:
        if child.has_crashed():
            self.give_back(child.plan.queues)
            self.console.say(
                f"{child.plan.name} ended unexpectedly; starts again in {child.pause():.0f} s ({child.log})"
            )
            for line in child.last_words():
                self.console.say(f"    {line[:200]}")
        elif child.is_due():
            child.start()
            self.console.say(f"{child.plan.name}: started again")

    def watch_services(self) -> None:
        if not self.services:
            return
        for name, server, start in (
            ("Database", self.services.postgres, self.services.start_postgres),
            ("Broker", self.services.valkey, self.services.start_valkey),
        ):
            if server and not server.is_alive():
                self.console.say(f"{name} ended unexpectedly; starting it again.")
                self.timed(name, start)

    def stop(self) -> None:
        """Web first, then the workers (they finish or give back what they have), then the servers."""
        self.stop_children([child for child in self.children if child.plan.name == "web"])
        loader = getattr(self, "loader", None)
        if loader:
            loader.stop()
        self.stop_children([child for child in self.children if child.plan.name != "web"])
        if self.services:
            self.services.stop()
        self.console.say("Stopped.")
        self.lock.release()

    @staticmethod
    def stop_children(children: list[Child]) -> None:
        for child in children:
            child.request_stop()
        for child in children:
            child.finish_stop()


def request_stop(number: int, frame: FrameType | None) -> None:
    raise StopRequested
