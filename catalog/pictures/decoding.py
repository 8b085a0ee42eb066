"""Decodes a picture's file into pixels within limits: known formats only, no decompression bombs, drawings without
references to other files.
"""

import io
import re
import struct
import warnings

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.pictures.errors import PictureRefused

Pixels = NDArray[np.uint8]
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
# 40 megapixels are 120 MB of RGB; a phone's photo has 12 to 50.
MAX_PIXELS = 40_000_000
# Decoded pictures are kept no larger: models see 64 to 384 pixels a side.
SIDE = 384
_MAX_SVG = 512 * 1024
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]", re.DOTALL)
# A drawing may use nothing but itself: no pictures, no foreign content, no entities, no style sheets; words need fonts
# and are not drawn.
_FOREIGN = re.compile(rb"<!(?:ENTITY|DOCTYPE)|<\s*(?:image|feImage|foreignObject|script|style)\b|@import", re.I)
_REFERENCE = re.compile(rb"""(?:href\s*=\s*["']?\s*|url\(\s*["']?\s*)(?![#"'\s])""", re.I)


def decode_picture(data: bytes) -> Pixels:
    """uint8[h, w, 3], no side over SIDE, transparency on white, turned as the camera says. Raises PictureRefused."""
    if _SVG.match(data[:4096]):
        data = _draw(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise PictureRefused(_("The picture has more than %(limit)d pixels.") % {"limit": MAX_PIXELS})
                opened.draft("RGB", (SIDE, SIDE))
                turned = ImageOps.exif_transpose(opened)
                turned.thumbnail((SIDE, SIDE))
                return np.array(_on_white(turned))
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(_("The file is no picture of a known format, or far too large a one.")) from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, MemoryError) as error:
        raise PictureRefused(_("The picture is damaged, or is no picture.")) from error


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        ground = Image.new("RGBA", seen.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, seen).convert("RGB")
    return picture.convert("RGB")


def _draw(data: bytes) -> bytes:
    """An SVG as PNG. Shops rarely have them; the demo's pictures are all SVG."""
    if len(data) > _MAX_SVG or _FOREIGN.search(data) or _REFERENCE.search(data):
        raise PictureRefused(_("The drawing is too large, or refers to something outside itself."))
    try:
        import resvg_py  # noqa: PLC0415 - optional: only shops with drawings need it
    except ImportError as error:
        raise PictureRefused(_("Drawings (SVG) are read only where resvg_py is installed.")) from error
    try:
        text = data.decode("utf-8")
        return bytes(resvg_py.svg_to_bytes(svg_string=text, width=SIDE, skip_system_fonts=True))
    except (ValueError, UnicodeDecodeError) as error:
        raise PictureRefused(_("The drawing cannot be read.")) from error


def fit_square(pixels: Pixels, side: int) -> Pixels:
    """uint8[side, side, 3]: the whole picture, what is missing to a square filled with the colour of its border."""
    picture = Image.fromarray(pixels)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    red, green, blue = (int(part) for part in np.median(border, axis=0))
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    square = Image.new("RGB", (side, side), (red, green, blue))
    shrunk = picture.resize((width, height), Image.Resampling.BILINEAR)
    square.paste(shrunk, ((side - width) // 2, (side - height) // 2))
    return np.array(square)
