"""Whether an expression can be read, said while somebody types it in the rule form."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse

from ranking.merchandising.expressions import ExpressionError, parse_expression, write_expression


def check_expression(admin: Any, request: HttpRequest) -> JsonResponse:
    """`?text=…`: how it is understood, or what is wrong at which character."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    try:
        tree = parse_expression(request.GET.get("text", "").strip())
    except ExpressionError as error:
        return JsonResponse({"ok": False, "position": error.position, "message": error.problem})
    return JsonResponse({"ok": True, "said": write_expression(tree)})
