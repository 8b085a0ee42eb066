"""Documents as a person would write them: defaults left out, kinds kept."""

from typing import Any

from ranking.merchandising.schema import RuleDocument


def plain(document: RuleDocument) -> dict[str, Any]:
    written = document.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    for name in ("conditions", "actions"):
        for part, said in zip(getattr(document, name), written[name], strict=True):
            said["type"] = part.type
    return written
