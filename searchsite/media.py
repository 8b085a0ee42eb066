"""Product pictures from MEDIA_ROOT, for shops without a file server in front. Nothing else in there is ever served."""

from pathlib import PurePosixPath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve

# Uploaded catalogs live beside these folders and hold prices and costs: only what is listed is public.
PUBLIC_FOLDERS = frozenset({"demo", "products"})
PICTURE_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
}


@require_safe
def serve_picture(request: HttpRequest, path: str) -> HttpResponseBase:
    wanted = PurePosixPath(path)
    kind = PICTURE_TYPES.get(wanted.suffix.lower())
    public = wanted.parts and wanted.parts[0] in PUBLIC_FOLDERS and ".." not in wanted.parts
    if not settings.SERVE_MEDIA or not public or kind is None or "\\" in path or "\x00" in path:
        raise Http404(_("There is no such picture."))
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Content-Type"] = kind
    response["Cache-Control"] = "public, max-age=86400"
    # A picture opened on its own is a document of this origin: an SVG must not run script there.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
