"""What the OpenAPI document says beside the views: how to sign in, and the one body every error has."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

_STATUSES = {
    "400": "The request is malformed or names what does not exist.",
    "401": "No API key, or one that is unknown, revoked or expired.",
    "403": "The key lacks the scope.",
    "404": "There is no such thing.",
    "406": "Only JSON is spoken here.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "429": "Too many requests; Retry-After says when to come back.",
    "500": "A fault on our side; `extra.request_id` finds it in the log.",
    "503": "The database or the job queue cannot be reached for now.",
}
_WITH_BODY = {"post", "put", "patch"}
_ERROR = {
    "type": "object",
    "description": "The body of every error.",
    "required": ["code", "message", "extra"],
    "properties": {
        "code": {"type": "string", "description": "stable, for programs", "example": "invalid"},
        "message": {"type": "string", "description": "for people, with the remedy"},
        "extra": {"type": "object", "additionalProperties": True, "description": "details, by code"},
    },
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "searchsite.access.ApiKeyAuthentication"
    name = ["ApiKey", "ApiKeyHeader"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        """One header or the other; as one object they would both be needed."""
        return [{"ApiKey": []}, {"ApiKeyHeader": []}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Api-Key ss_…`"},
            {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "`ss_…`"},
        ]


def add_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's hook: every operation gets the errors it can answer with, all of one shape."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = _ERROR
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status, meaning in _STATUSES.items():
                if _may_answer(status, path, method):
                    operation["responses"].setdefault(status, _describe_error(meaning))
    return result


def _may_answer(status: str, path: str, method: str) -> bool:
    if status == "404":
        return "{" in path
    return status not in ("413", "415") or method in _WITH_BODY


def _describe_error(meaning: str) -> dict[str, Any]:
    return {
        "description": meaning,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
