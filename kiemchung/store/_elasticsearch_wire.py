"""Talking to Elasticsearch: patience with a busy cluster, errors in our own words, bulk writes."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
from elasticsearch import (
    ApiError,
    ConnectionTimeout,
    Elasticsearch,
    SSLError,
    TransportError,
    UnsupportedProductError,
)

from kiemchung.errors import StoreError

MAJOR = 8
"""The version of Elasticsearch that this store is written for."""
BACK_OFF = (0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds to wait before each further attempt at a busy or unreachable cluster."""
TIMEOUTS = 1
"""Further attempts after an answer that did not come in time."""
BUSY = frozenset({429, 502, 503, 504})
TOO_LARGE = 413
TOO_MANY = 429
NOT_FOUND = 404
CONFLICT = 409
CHUNK_ACTIONS = 500
CHUNK_BYTES = 8_000_000

ADVICE = {
    400: "it refuses a request of ours; run `kiemchung store check`",
    401: "it refuses the key: KIEMCHUNG_STORE_API_KEY is missing, wrong or expired; make a new one",
    403: "the key may not do this; give it the rights that index_mappings/README.md lists",
    404: "an index or alias is missing; run `kiemchung store init`",
    413: "a proxy before it refuses requests of this size; raise its limit",
    429: "it is too busy, or its disk is nearly full; try again later, or make room",
    503: "it is not available; wait until its health is at least yellow",
}
BLOCKED = (
    "it blocks writing (read-only); make room on its disk if that is full, then take the block "
    "off: PUT /{index}/_settings with index.blocks.write and index.blocks.read_only* set to null"
)
FIELD = re.compile(r"field \[([a-z_.]{1,60})\]")


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One line or two of a bulk request: `action` is index, create or delete."""

    action: str
    index: str
    id: str
    body: bytes = b""
    only_if: dict[str, int] = {}

    def lines(self) -> list[bytes]:
        """Return the lines of this operation, each a JSON object."""
        target: dict[str, Any] = {"_index": self.index, "_id": self.id, **self.only_if}
        header = msgspec.json.encode({self.action: target})
        return [header, self.body] if self.body else [header]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one operation: an HTTP status, and for an error its type and field."""

    status: int
    error: str = ""
    field: str = ""

    @property
    def cause(self) -> str:
        """Return why it was not done, without any text of the record."""
        return f"{self.error} ({self.status})" + (f" in {self.field}" if self.field else "")

    @property
    def done(self) -> bool:
        """Tell whether the cluster did it."""
        return 200 <= self.status < 300  # noqa: PLR2004 -- the range is HTTP's own


class _TooLargeError(StoreError):
    """A request was too large for what stands before the cluster."""


class Cluster:
    """An Elasticsearch behind its client. `url` may name several nodes, separated by commas."""

    def __init__(self, url: str, api_key: str, timeout: float) -> None:
        """Make a client; nothing is sent yet. `timeout` is in seconds, for one request."""
        urls = url.split(",")
        self.name = ",".join(map(_without_password, urls))
        try:
            # The client's own retries neither wait nor know which answers are worth one.
            self.client = Elasticsearch(
                urls, api_key=api_key or None, request_timeout=timeout, max_retries=0
            )
        except ValueError:
            raise StoreError(
                f"store {self.name}: KIEMCHUNG_STORE_URL must be http(s)://host:port"
            ) from None

    def check_version(self) -> None:
        """Refuse what is no Elasticsearch of the right major version.

        Raises:
            StoreError: it is another one, or can't be reached.
        """
        version = str(self.call(self.client.info)["version"]["number"])
        if version.partition(".")[0] != str(MAJOR):
            raise StoreError(
                f"store {self.name}: it is Elasticsearch {version}, and this kiemchung speaks to "
                f"version {MAJOR}; use such a cluster"
            )

    def call(self, action: Callable[..., Any], **parameters: Any) -> Any:
        """Return the body of the answer to `action`, a method of the client.

        A busy or unreachable cluster is asked again, a few times and ever more slowly.

        Raises:
            StoreError: it can't be reached, or refuses; the text says what to do.
        """
        timeouts = 0
        for pause in (*BACK_OFF, None):
            try:
                return action(**parameters).body
            except ApiError as error:
                if pause is None or not _is_busy(error):
                    raise self.explain(error) from None
            except TransportError as error:
                timeouts += isinstance(error, ConnectionTimeout)
                if pause is None or timeouts > TIMEOUTS or isinstance(error, SSLError):
                    raise self._unreachable(error) from None
            time.sleep(pause)
        raise AssertionError  # the last attempt either returned or raised

    # --- bulk ---------------------------------------------------------------------------------

    def bulk(self, operations: Sequence[Operation]) -> list[Outcome]:
        """Carry out `operations` in order and return what became of each.

        Operations that a busy cluster turned down are repeated, a bounded number of times.

        Raises:
            StoreError: the cluster can't be reached, blocks writing, or turned all of them down.
        """
        outcomes = [Outcome(status=503)] * len(operations)
        waiting = list(range(len(operations)))
        for pause in (0.0, *BACK_OFF):
            time.sleep(pause)
            for chunk in _chunks(waiting, operations):
                for place, outcome in zip(chunk, self._send(chunk, operations), strict=True):
                    outcomes[place] = outcome
            waiting = [place for place in waiting if outcomes[place].status in BUSY]
            if not waiting:
                break
        self._raise_common(operations, outcomes)
        return outcomes

    def _send(self, chunk: list[int], operations: Sequence[Operation]) -> list[Outcome]:
        lines = [line for place in chunk for line in operations[place].lines()]
        try:
            answer = self.call(self.client.bulk, operations=lines)
        except _TooLargeError:
            return self._send_halves(chunk, operations)
        return [_outcome(next(iter(item.values()))) for item in answer["items"]]

    def _send_halves(self, chunk: list[int], operations: Sequence[Operation]) -> list[Outcome]:
        if len(chunk) == 1:
            return [Outcome(status=TOO_LARGE, error="request_too_large")]
        middle = len(chunk) // 2
        first = self._send(chunk[:middle], operations)
        return first + self._send(chunk[middle:], operations)

    def _raise_common(self, operations: Sequence[Operation], outcomes: list[Outcome]) -> None:
        """Raise where the cause is the cluster, not one record."""
        for operation, outcome in zip(operations, outcomes, strict=True):
            if _is_block(outcome.error):
                raise self._refusal(BLOCKED.format(index=operation.index))
            if outcome.status in {401, 403} or outcome.error == "index_not_found_exception":
                raise self._refusal(ADVICE[outcome.status])
        busy = {outcome.status for outcome in outcomes if outcome.status in BUSY}
        if busy and not any(outcome.done for outcome in outcomes):
            raise self._refusal(ADVICE[TOO_MANY if TOO_MANY in busy else 503])

    # --- errors -------------------------------------------------------------------------------

    def explain(self, error: ApiError) -> StoreError:
        """Return a refusal in our own words: never the text of a document, never the key."""
        if isinstance(error, UnsupportedProductError):
            return self._refusal("it is no Elasticsearch; mend KIEMCHUNG_STORE_URL")
        kind, reason = _reason(error)
        if _is_block(kind):
            index = re.search(r"index \[([^\]]*)\]", reason)
            return self._refusal(BLOCKED.format(index=index[1] if index else "_all"))
        if error.status_code == TOO_LARGE:
            return _TooLargeError(f"store {self.name}: {ADVICE[TOO_LARGE]}")
        if "expired" in reason:
            return self._refusal("the key has expired; make a new KIEMCHUNG_STORE_API_KEY")
        advice = ADVICE.get(error.status_code, f"it answers {error.status_code}; look at its log")
        return self._refusal(f"{advice} ({kind})" if kind else advice)

    def _unreachable(self, error: TransportError) -> StoreError:
        return self._refusal(
            f"it can't be reached, or its answer can't be read ({type(error).__name__}); "
            "start it, or mend KIEMCHUNG_STORE_URL"
        )

    def _refusal(self, advice: str) -> StoreError:
        return StoreError(f"store {self.name}: {advice}")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _reason(error: ApiError) -> tuple[str, str]:
    """Return the type and the words of a refusal, "" where the answer has none."""
    body = error.body if isinstance(error.body, dict) else {}
    cause = body.get("error")
    if not isinstance(cause, dict):
        return "", ""
    return str(cause.get("type", "")), str(cause.get("reason", ""))


def _is_busy(error: ApiError) -> bool:
    return error.status_code in BUSY and not _is_block(_reason(error)[0])


def _is_block(kind: str) -> bool:
    return kind == "cluster_block_exception"


def _outcome(item: dict[str, Any]) -> Outcome:
    error = item.get("error")
    if not isinstance(error, dict):
        return Outcome(status=item["status"])
    # The words quote the document; of them only the field's name is kept.
    field = FIELD.search(str(error.get("reason", "")))
    kind = str(error.get("type", "unknown"))
    return Outcome(status=item["status"], error=kind, field=field[1] if field else "")


def _chunks(places: Iterable[int], operations: Sequence[Operation]) -> Iterator[list[int]]:
    """Yield `places` in parts that make requests of bounded size."""
    chunk: list[int] = []
    size = 0
    for place in places:
        size += len(operations[place].body)
        if chunk and (len(chunk) == CHUNK_ACTIONS or size > CHUNK_BYTES):
            yield chunk
            chunk, size = [], len(operations[place].body)
        chunk.append(place)
    if chunk:
        yield chunk
