"""Make `.venv` and install what the named requirement files pin (run by make with the system's Python alone).

    python3 searchsite/environment.py run=requirements.txt test=tests/requirements.txt

A file whose stamp matches is not installed again; every failure names its remedy.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
LOG = ROOT / ".venv" / "install.log"
# What a first installation takes with PyTorch's CPU build; the CUDA build takes about three times that.
NEEDED_BYTES = 3 * 1024**3
REMEDIES = (
    (
        r"No space left on device",
        "The disk is full. Free some space (3 GB for the CPU build of PyTorch, 9 GB for CUDA) and run make again.",
    ),
    (
        r"NewConnectionError|name resolution|NameResolutionError|ConnectTimeout|Network is unreachable|ProxyError",
        "The package registry cannot be reached. Check the network, or set PIP_INDEX_URL to a mirror (and PIP_PROXY "
        "behind a proxy), and run make again.",
    ),
    (
        r"No matching distribution found",
        "The registry has no build of a package for this Python and machine. Use CPython 3.11 to 3.13 on Linux or "
        "macOS: make PYTHON=/path/to/python3.11 up.",
    ),
)


def main() -> int:
    wanted = dict(argument.split("=", 1) for argument in sys.argv[1:])
    stale = [name for name, file in wanted.items() if read_stamp(name) != fingerprint(ROOT / file)]
    if not stale and PYTHON.exists():
        return 0
    make_environment()
    for name, file in wanted.items():
        if read_stamp(name) != fingerprint(ROOT / file):
            install(ROOT / file)
            stamp_file(name).write_text(fingerprint(ROOT / file))
    return 0


def fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes() + sys.version.encode()).hexdigest()


def stamp_file(name: str) -> Path:
    return FOLDER / f"installed-{name}"


def read_stamp(name: str) -> str:
    return stamp_file(name).read_text() if stamp_file(name).exists() else ""


def make_environment() -> None:
    if is_usable():
        return
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        refuse(f"Only {free // 1024**2:,} MB are free here, and an installation takes {NEEDED_BYTES // 1024**2:,} MB.")
    say(f"Making .venv with Python {sys.version.split()[0]}…")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(FOLDER)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        said = (made.stdout + made.stderr).strip()
        if "ensurepip" in said or "No module named venv" in said:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            refuse(
                "This Python cannot make environments: a part of it is packaged apart. Install it (Debian, Ubuntu: "
                f"apt-get install python{version}-venv), or use another Python: make PYTHON=/path/to/python3 up."
            )
        refuse(f"Python could not make .venv. {find_remedy(said)}\n{said}")


def is_usable() -> bool:
    """A half-made environment, or one of another Python version, is made anew."""
    if not PYTHON.exists():
        return False
    asked = subprocess.run(
        [str(PYTHON), "-c", "import pip, sys; print(sys.version)"], capture_output=True, text=True, check=False
    )
    return asked.returncode == 0 and asked.stdout.strip() == sys.version.strip()


def install(file: Path) -> None:
    say(f"Installing {file.relative_to(ROOT)} (minutes the first time; whole output: {LOG.relative_to(ROOT)})…")
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", str(file)]
    found = 0
    with LOG.open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        for line in process.stdout or ():
            log.write(line)
            if line.startswith("Collecting "):
                found += 1
                if found % 20 == 0:
                    say(f"    {found} packages found…")
            elif line.startswith("Installing collected packages"):
                say(f"    installing {line.count(',') + 1} packages…")
        code = process.wait()
    if code:
        said = LOG.read_text(errors="replace")
        end = "\n".join(said.strip().splitlines()[-5:])
        refuse(f"Installing {file.name} failed. {find_remedy(said)}\n{end}")


def find_remedy(said: str) -> str:
    return next((remedy for pattern, remedy in REMEDIES if re.search(pattern, said)), f"The whole output: {LOG}")


def say(text: str) -> None:
    print(text, flush=True)


def refuse(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
