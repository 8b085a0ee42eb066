"""What the terminal shows: one line an event, and a progress line that moves where the terminal allows it."""

import sys
import time

QUIET_SECONDS = 10.0


class Console:
    """Prints whole lines at once; on a terminal the progress line is overwritten, in a log it comes now and then."""

    def __init__(self) -> None:
        self.moving = sys.stdout.isatty()
        self.shown = ""
        self.shown_at = 0.0

    def say(self, text: str) -> None:
        self.end_progress()
        print(text, flush=True)

    def show_progress(self, text: str) -> None:
        if text == self.shown:
            return
        if self.moving:
            print(f"\r\033[K{text}", end="", flush=True)
        elif time.monotonic() - self.shown_at < QUIET_SECONDS:
            return
        else:
            print(text, flush=True)
        self.shown, self.shown_at = text, time.monotonic()

    def end_progress(self) -> None:
        if self.moving and self.shown:
            print(flush=True)
        self.shown = ""
