"""What is sent with a step of a rule or a policy: a comment, and the number of the version that was seen."""

from django.http import HttpRequest

MOST_COMMENT = 2000
MOST_DIGITS = 18


def read_comment(request: HttpRequest) -> str:
    """What somebody wrote beside a step, without the character that no database stores."""
    return request.POST.get("comment", "").replace("\x00", "").strip()[:MOST_COMMENT]


def read_number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None
