"""Pictures: what is decoded and what is refused, the colours seen, the small network, and the model by its setting."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from catalog.contracts import CategorySchema, KnownAttribute, KnownValue, ReadableProduct
from catalog.demo.material import read_vocabulary
from catalog.demo.pictures import draw_picture
from catalog.pictures.colours import dominant_colours, hint_colours
from catalog.pictures.decoding import SIDE, decode_picture, fit_square
from catalog.pictures.errors import PictureModelUnavailable, PictureRefused
from catalog.pictures.model import forget_picture_models, get_picture_model
from catalog.pictures.network import PictureNetwork, read_network, write_network


def encode(array: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind, **options)
    return file.getvalue()


def thing(colour: tuple[int, int, int], ground: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    pixels = np.full((100, 80, 3), ground, np.uint8)
    pixels[25:75, 20:60] = colour
    return pixels


def png_that_claims(width: int, height: int) -> bytes:
    """A bomb: a few bytes that would unpack to width × height pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_common_formats_are_decoded(kind):
    pixels = decode_picture(encode(thing((200, 30, 40)), kind))
    assert pixels.shape == (100, 80, 3)
    assert np.abs(pixels[50, 40].astype(int) - [200, 30, 40]).max() < 12


def test_large_pictures_are_made_small_and_the_camera_is_obeyed():
    turned = Image.Exif()
    turned[0x0112] = 6  # rotate by 90° to show
    pixels = decode_picture(encode(np.zeros((900, 1800, 3), np.uint8), "JPEG", exif=turned))
    assert pixels.shape == (SIDE, SIDE // 2, 3)


def test_transparency_is_white():
    clear = np.zeros((10, 10, 4), np.uint8)
    assert decode_picture(encode(clear)).min() == 255


def test_the_demos_drawings_are_decoded():
    pixels = decode_picture(draw_picture("kettle", "#cf6b7f").encode())
    assert pixels.shape == (SIDE, SIDE, 3)
    assert pixels.std() > 10


NOISE = np.random.default_rng(2).integers(0, 255, (40, 40, 3), np.uint8)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>not found</html>", id="html"),
        pytest.param(b"%PDF-1.7", id="pdf"),
        pytest.param(encode(NOISE)[:900], id="cut-short"),
        pytest.param(png_that_claims(100_000, 100_000), id="bomb"),
        pytest.param(png_that_claims(12_000, 12_000), id="too-many-pixels"),
        pytest.param(png_that_claims(0, 5), id="no-width"),
        pytest.param(encode(thing((1, 2, 3)), "TIFF"), id="format-not-wanted"),
        pytest.param(SVG.format('<image href="/etc/passwd"/>').encode(), id="svg-file"),
        pytest.param(SVG.format('<use xlink:href="http://10.0.0.1/x#y"/>').encode(), id="svg-address"),
        pytest.param(SVG.format('<rect fill="url(http://10.0.0.1/)"/>').encode(), id="svg-paint"),
        pytest.param(b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;").encode(), id="svg-entity"),
        pytest.param(SVG.format("<rect").encode(), id="svg-broken"),
        pytest.param(SVG.format("<g/>" * 200_000).encode(), id="svg-huge"),
    ],
)
def test_what_is_no_safe_picture_is_refused(data):
    with pytest.raises(PictureRefused):
        decode_picture(data)


def test_a_square_shows_the_whole_picture_on_its_own_ground():
    square = fit_square(thing((200, 30, 40), ground=(10, 200, 10)), 50)
    assert square.shape == (50, 50, 3)
    assert square[0, 0].tolist() == square[25, 0].tolist() == [10, 200, 10]
    assert fit_square(np.zeros((1, 3000, 3), np.uint8), 64).shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("rgb", "ground", "key"),
    [
        ((20, 20, 22), (255, 255, 255), "black"),
        ((250, 250, 250), (60, 60, 70), "white"),
        ((200, 30, 40), (255, 255, 255), "red"),
        ((40, 95, 190), (240, 240, 240), "blue"),
        ((50, 140, 75), (255, 255, 255), "green"),
        ((240, 200, 50), (30, 30, 30), "yellow"),
        ((128, 130, 134), (255, 255, 255), "grey"),
    ],
)
def test_the_colour_of_the_thing_not_of_its_ground(rgb, ground, key):
    (found, share), *_others = dominant_colours(thing(rgb, ground))
    assert found == key
    assert share > 0.8  # its edges mix with the ground


def test_nothing_to_see_has_no_colour():
    assert dominant_colours(np.full((40, 40, 3), 255, np.uint8)) == []


def test_most_of_the_demos_drawings_show_their_plain_colours():
    vocabulary = read_vocabulary().colours
    told = [key for key in ("black", "white", "red", "blue", "green", "yellow", "pink", "grey") if key in vocabulary]
    drawn = {key: decode_picture(draw_picture("tshirt", vocabulary[key].hex).encode()) for key in told}
    seen = {key: [name for name, _ in dominant_colours(pixels)] for key, pixels in drawn.items()}
    right = [key for key in told if key in seen[key]]
    assert len(right) >= 0.7 * len(told), seen


def product(**said: object) -> ReadableProduct:
    values = (KnownValue("red", "Red", ("Red", "红色")), KnownValue("黑色", "黑色", ("黑色",)))
    schema = CategorySchema("x", (KnownAttribute("colour", ("Colour", "颜色"), "text", values=values),))
    return ReadableProduct(1, {}, schema, **said)  # type: ignore[arg-type]


def test_colours_are_implied_values_in_the_shops_own_words():
    found = hint_colours(product(), [("red", 0.8), ("black", 0.2), ("green", 0.2)])
    assert [(each.name, each.value, each.span, each.confidence) for each in found] == [
        ("colour", "Red", None, 0.4), ("colour", "黑色", None, 0.1),
    ]  # fmt: skip


def test_no_hint_where_the_catalog_speaks_or_the_category_has_no_colour():
    assert hint_colours(product(attributes={"colour": ("Blue",)}), [("red", 0.8)]) == ()
    assert hint_colours(ReadableProduct(1, {}), [("red", 0.8)]) == ()


def small_network() -> PictureNetwork:
    dice = np.random.default_rng(1)
    shapes = ((6, 3, 3, 3), (8, 6, 3, 3))
    kernels = tuple(dice.normal(size=shape).astype(np.float32) for shape in shapes)
    biases = tuple(dice.normal(size=shape[0]).astype(np.float32) for shape in shapes)
    return PictureNetwork(32, kernels, biases, dice.normal(size=(5, 16)).astype(np.float32), "test")


def test_the_network_computes_what_torch_computes():
    torch = pytest.importorskip("torch")
    network, picture = small_network(), thing((200, 30, 40))
    flow = torch.from_numpy(fit_square(picture, 32)).permute(2, 0, 1)[None].float() / 255 - 0.5
    for kernel, bias in zip(network.kernels, network.biases, strict=True):
        flow = torch.relu(torch.nn.functional.conv2d(flow, torch.from_numpy(kernel), torch.from_numpy(bias), 2, 1))
    wanted = torch.nn.functional.normalize(
        torch.cat([flow.mean((2, 3)), flow.amax((2, 3))], 1) @ torch.from_numpy(network.projection).T, dim=1
    )
    assert network.encode_pictures([picture]) == pytest.approx(wanted.numpy(), abs=1e-5)
    assert network.encode_pictures([]).shape == (0, 5)


def test_a_network_is_written_and_read_again(tmp_path):
    network = small_network()
    write_network(network, tmp_path / "n.npz")
    read = read_network(tmp_path / "n.npz")
    picture = [thing((200, 30, 40))]
    assert read.encode_pictures(picture) == pytest.approx(network.encode_pictures(picture), abs=5e-3)
    assert read.model_name.startswith("demo-pictures@")
    (tmp_path / "n.npz").write_bytes(b"nonsense")
    with pytest.raises(PictureModelUnavailable, match="train_pictures"):
        read_network(tmp_path / "n.npz")


def test_no_setting_is_off_and_says_the_remedy(settings):
    settings.MODEL_PICTURES = ""
    with pytest.raises(PictureModelUnavailable, match="MODEL_PICTURES"):
        get_picture_model()


def test_the_setting_names_a_file_made_here(settings, tmp_path):
    write_network(small_network(), tmp_path / "n.npz")
    settings.MODEL_PICTURES = str(tmp_path / "n.npz")
    forget_picture_models()
    assert get_picture_model() is get_picture_model()
    forget_picture_models()


@pytest.mark.slow
def test_a_hub_model_that_is_not_there_says_the_remedy(settings, tmp_path):
    settings.MODEL_PICTURES = str(tmp_path / "clip")
    forget_picture_models()
    with pytest.raises(PictureModelUnavailable, match="MODEL_PICTURES"):
        get_picture_model()


@pytest.mark.slow
def test_a_clip_of_the_hubs_kind_gives_unit_vectors(settings, tmp_path):
    """A tiny CLIP with random weights, saved as the hub would: the path, not the quality."""
    transformers = pytest.importorskip("transformers")
    vision = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
              "image_size": 32, "patch_size": 16, "projection_dim": 8}  # fmt: skip
    text = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
            "vocab_size": 99, "projection_dim": 8}  # fmt: skip
    folder = tmp_path / "clip"
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
    transformers.CLIPModel(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(
        '{"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 32}, "crop_size": 32}'
    )
    settings.MODEL_PICTURES = str(folder)
    forget_picture_models()
    try:
        vectors = get_picture_model().encode_pictures([thing((200, 30, 40)), thing((20, 30, 40))])
    except PictureModelUnavailable as error:
        if "torchvision" in error.message:
            pytest.skip("this transformers reads pictures with torchvision, which is not installed")
        raise
    finally:
        forget_picture_models()
    assert vectors.shape == (2, 8)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
