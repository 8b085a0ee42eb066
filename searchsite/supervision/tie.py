"""Run a command that gets SIGTERM when its parent dies (a script of its own: after exec, the tie stays)."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:  # it died before the tie was made
        sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
