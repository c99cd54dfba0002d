"""Answers that break off or are damaged, and bodies unpacked: the whole of them, or nothing."""

import zlib
from collections.abc import Callable
from typing import Any

import brotli
from backports import zstd

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
PARTS = 100
"""Packed parts of a body, one behind the other; each costs a copy of all that follow."""
SPOILT = (zlib.error, brotli.error, zstd.ZstdError)


class AnswerBroken(Exception):  # noqa: N818 (a message to the spiders, not an error of ours)
    """A host answered with what can't be used; the text says what it is."""


class AnswerTooLarge(AnswerBroken):
    """It is, or would be when unpacked, more than may be held."""


def gunzip(body: bytes, limit: int) -> bytes:
    """Return `body`, unpacked if it is gzip, of one part or of several.

    Raises:
        AnswerBroken: it is damaged, or breaks off.
        AnswerTooLarge: it is larger than `limit` bytes when unpacked.
    """
    return unpack(body, "gzip", limit) if body.startswith(GZIP) else body


def unpack(body: bytes, packing: str, limit: int) -> bytes:
    """Return what `body` holds, packed as `packing`, a name of HTTP's, says.

    Raises:
        AnswerBroken: it is damaged, breaks off, or is packed in another way.
        AnswerTooLarge: it is larger than `limit` bytes when unpacked.
    """
    try:
        return _UNPACKERS[packing](body, limit)
    except SPOILT as error:
        raise AnswerBroken(f"damaged {packing}") from error


def _gzip(body: bytes, limit: int) -> bytes:
    return _parts(body, limit, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), "gzip", GZIP)


def _zstd(body: bytes, limit: int) -> bytes:
    return _parts(body, limit, zstd.ZstdDecompressor, "zstd", ZSTD)


def _deflate(body: bytes, limit: int) -> bytes:
    try:
        return _parts(body, limit, zlib.decompressobj, "deflate")
    except zlib.error:
        # As some servers of Microsoft send it.
        return _parts(body, limit, lambda: zlib.decompressobj(-zlib.MAX_WBITS), "deflate")


def _parts(
    body: bytes, limit: int, unpacker_of: Callable[[], Any], packing: str, head: bytes = b""
) -> bytes:
    """Unpack `body` and what follows in it as long as that begins with `head`."""
    unpacked = bytearray()
    for _ in range(PARTS):
        unpacker = unpacker_of()
        unpacked += unpacker.decompress(body, limit + 1 - len(unpacked))
        if len(unpacked) > limit:
            raise AnswerTooLarge("too large when unpacked")
        if not unpacker.eof:
            raise AnswerBroken(f"damaged {packing}: it breaks off")
        body = unpacker.unused_data
        if not head or not body.startswith(head):
            return bytes(unpacked)
    raise AnswerBroken(f"damaged {packing}: more than {PARTS} parts")


def _brotli(body: bytes, limit: int) -> bytes:
    unpacker = brotli.Decompressor()
    unpacked = bytearray(unpacker.process(body, output_buffer_limit=limit + 1))
    while not unpacker.is_finished() and len(unpacked) <= limit:
        more = unpacker.process(b"", output_buffer_limit=limit + 1)
        if not more:
            raise AnswerBroken("damaged br: it breaks off")
        unpacked += more
    if len(unpacked) > limit:
        raise AnswerTooLarge("too large when unpacked")
    return bytes(unpacked)


_UNPACKERS = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
