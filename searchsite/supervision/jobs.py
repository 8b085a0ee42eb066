"""Commands that run once: preparing the shop before it opens, loading a catalog after."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from searchsite.supervision.children import ChildPlan
from searchsite.supervision.errors import SupervisionError
from searchsite.supervision.processes import kill_group, tied_to_parent


def manage(*arguments: str, root: Path) -> list[str]:
    return [sys.executable, str(root / "manage.py"), *arguments]


def run_and_tell(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path, tell: Callable[[str], None]
) -> None:
    """Run to the end, telling every line it prints; what it logs goes to a file."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            tied_to_parent(list(command)),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            for line in process.stdout or ():
                tell(line.decode(errors="replace").rstrip())
            code = process.wait()
        finally:
            kill_group(process.pid)
            process.wait()
    if code:
        end = "\n".join(log.read_text(errors="replace").strip().splitlines()[-8:])
        raise SupervisionError(f"Preparing the shop failed (whole log: {log}):\n{end}")


def plan_import(file: Path, *, price_scale: str, root: Path) -> ChildPlan:
    scale = ("--price-scale", price_scale) if price_scale else ()
    return ChildPlan("import", manage("import_catalog", str(file), *scale, root=root))


def plan_demo(*, root: Path) -> ChildPlan:
    return ChildPlan("import", manage("load_demo", root=root))
