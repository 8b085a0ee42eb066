"""Makes one extractor version count, the one of the same name that did is kept: forward, or back to what was before."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from catalog.evidence import recombine
from catalog.models import ExtractorVersion
from catalog.proposals import switch_version


class Command(BaseCommand):
    help = "Use this version of an extractor. Its values take the place of those of the version in use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="such as patterns")
        parser.add_argument("version")

    def handle(self, *args: Any, **options: Any) -> None:
        version = ExtractorVersion.objects.filter(name=options["name"], version=options["version"]).first()
        if version is None:
            known = ", ".join(map(str, ExtractorVersion.objects.filter(name=options["name"]))) or "-"
            raise CommandError(_("There is no such version. Known are: %(known)s") % {"known": known})
        touched = switch_version(version.pk, recombine=recombine)
        self.stdout.write(f"{version} counts; of {len(touched):,} products, those that changed are indexed next")
