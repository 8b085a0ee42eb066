"""Makes an API key and prints it, the only time it can be seen."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey


class Command(BaseCommand):
    help = "Make an API key; it is printed once and only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what will use it, for the list of keys in the admin")
        parser.add_argument(
            "--scope", action="append", required=True, choices=ApiKey.Scope.values, help="repeat to give several"
        )
        parser.add_argument(
            "--market", action="append", default=[], help="for rules:write and rules:approve; repeat, or '*' for all"
        )
        parser.add_argument("--days", type=int, help="expire after so many days (default: never)")

    def handle(self, *, name: str, scope: list[str], market: list[str], days: int | None, **options: Any) -> None:
        if days is not None and not 1 <= days <= 36500:
            raise CommandError("--days must be between 1 and 36500.")
        if not name.strip() or len(name) > 100:
            raise CommandError("The name must have 1 to 100 characters.")
        if {ApiKey.Scope.RULES_WRITE, ApiKey.Scope.RULES_APPROVE} & set(scope) and not market:
            raise CommandError(
                "Say for which markets the key may write or approve rules: --market cn, or --market '*'."
            )
        expires_at = timezone.now() + timedelta(days=days) if days else None
        key = ApiKey(name=name, scopes=sorted(set(scope)), markets=sorted(set(market)), expires_at=expires_at)
        text = assign_new_secret(key)
        key.save()
        self.stderr.write("Keep it now: it is not shown again.")
        self.stdout.write(text)
