"""JSON bodies, read up to a limit: what is larger, deeper or not JSON is refused with a remedy."""

import io
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"

    def __init__(self) -> None:
        message = _("The body is larger than %(limit)d bytes. Send it in several requests.")
        super().__init__(message % {"limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE})


class LimitedJSONParser(JSONParser):
    """Django's DATA_UPLOAD_MAX_MEMORY_SIZE does not reach bodies that DRF streams, so the limit is kept here."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge
        try:
            return super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
