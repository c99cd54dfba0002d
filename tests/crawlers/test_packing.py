"""Bodies are unpacked whole, or not at all."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from crawlers.packing import AnswerBroken, AnswerTooLarge, gunzip, unpack

BODY = "".join(f"<p>Nước sông Mây ở trạm thứ {number} đã rút.</p>" for number in range(99)).encode()
LIMIT = len(BODY)


def raw_deflate(body: bytes) -> bytes:
    """Return `body` as some servers send `deflate`."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstd.compress),
]


@pytest.mark.parametrize(("packing", "pack"), PACKERS)
def test_a_body_is_unpacked(packing: str, pack: Callable[[bytes], bytes]) -> None:
    """What was packed comes out, as long as it may be; nothing comes out as nothing."""
    assert unpack(pack(BODY), packing, LIMIT) == BODY
    assert unpack(pack(b""), packing, LIMIT) == b""


@pytest.mark.parametrize(("packing", "pack"), PACKERS)
@pytest.mark.parametrize("left", [0.0, 0.5, 0.99])
def test_a_body_that_breaks_off_is_none(
    packing: str, pack: Callable[[bytes], bytes], left: float
) -> None:
    """A part of a page isn't taken for the page."""
    packed = pack(BODY)

    with pytest.raises(AnswerBroken, match="damaged"):
        unpack(packed[: int(left * len(packed))], packing, LIMIT)


@pytest.mark.parametrize(("packing", "pack"), PACKERS)
def test_a_body_may_not_be_too_large(packing: str, pack: Callable[[bytes], bytes]) -> None:
    """It is unpacked to the limit and no further."""
    with pytest.raises(AnswerTooLarge):
        unpack(pack(BODY), packing, LIMIT - 1)


@pytest.mark.parametrize("packing", sorted({packing for packing, _ in PACKERS}))
def test_what_is_not_packed_is_refused(packing: str) -> None:
    """A body that isn't what its host says is damaged."""
    with pytest.raises(AnswerBroken, match="damaged"):
        unpack(b"<html>" + BODY, packing, LIMIT)


@pytest.mark.parametrize(("packing", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_all_parts_count(packing: str, pack: Callable[[bytes], bytes]) -> None:
    """A body of several parts is one; what no part begins with is padding."""
    assert unpack(pack(BODY[:99]) + pack(BODY[99:]) + b"\0\0", packing, LIMIT) == BODY


def test_parts_are_bounded() -> None:
    """Many parts that hold nothing cost little."""
    with pytest.raises(AnswerBroken, match="parts"):
        gunzip(gzip.compress(b"") * 100_000, LIMIT)


def test_what_is_no_gzip_is_left_as_it_is() -> None:
    """A sitemap is packed or isn't, whatever its address says."""
    assert gunzip(BODY, LIMIT) == BODY
