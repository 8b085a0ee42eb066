"""Extract the strings to translate: Simplified Chinese and our own sources unless told otherwise."""

from typing import Any

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    # The names under which our modules import gettext and gettext_noop beside `_`.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_t", "--keyword=noop"]

    def handle(self, *args: Any, **options: Any) -> None:
        options["locale"] = options["locale"] or ["zh_Hans"]
        options["ignore_patterns"] = [*options["ignore_patterns"], "tests/*", "benchmarks/*", "var/*"]
        options["no_wrap"] = options["no_obsolete"] = True
        options["add_location"] = "file"
        super().handle(*args, **options)
