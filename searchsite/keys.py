"""Making and finding API keys: the secret is shown once and only its SHA-256 is kept."""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from django.utils import timezone

from searchsite.models import ApiKey

KEY_PATTERN = re.compile(r"(?P<prefix>ss_[a-z0-9]{8})_(?P<secret>[A-Za-z0-9]{40})", re.ASCII)
_PREFIX_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_SECRET_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
# A write per request would cost more than the search itself; a minute is exact enough to spot an unused key.
LAST_USED_RESOLUTION = timedelta(seconds=60)


def assign_new_secret(key: ApiKey) -> str:
    """Give an unsaved key its prefix and hash; the returned text is the only copy of the key."""
    prefix = "ss_" + "".join(secrets.choice(_PREFIX_ALPHABET) for _ in range(8))
    text = f"{prefix}_" + "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(40))
    key.prefix = prefix
    key.hashed_key = hash_key(text)
    return text


def hash_key(text: str) -> str:
    """Plain SHA-256: the secret has 233 random bits, so there is nothing for a slow hash to protect."""
    return hashlib.sha256(text.encode()).hexdigest()


def find_key(text: str) -> ApiKey | None:
    """The key with exactly this text, active or not; found by its prefix, compared in constant time."""
    match = KEY_PATTERN.fullmatch(text)
    if match is None:
        return None
    key = ApiKey.objects.filter(prefix=match["prefix"]).first()
    if key is None or not hmac.compare_digest(key.hashed_key, hash_key(text)):
        return None
    return key


def record_use(key: ApiKey) -> None:
    """Remember when the key was last used, at most once a minute."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= LAST_USED_RESOLUTION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
