"""What a robots.txt allows: from the answer to the rules; in doubt nothing (RFC 9309, stricter)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from protego import Protego
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from kiemchung.crawl_state.robots import RobotsFile

AGENT = "kiemchung"
"""The name that robots.txt knows us by."""
ROBOTS_BYTES = 512_000
LONGEST_CRAWL_DELAY = 60.0
"""Seconds of Crawl-delay that are kept. Pages of a host that asks for more are not read."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUCCESSES = frozenset(range(200, 300)) - {206}
"""Statuses of what came whole; we never ask for a part."""
ABSENT = frozenset({404, 410})
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
BOM = b"\xef\xbb\xbf"
COMMENT = re.compile(rb"#[^\r\n]*")
DIRECTIVE = re.compile(
    rb"^[ \t]*(user[ -]?agent|dis?s?all?ow|allow|site-?maps?|crawl[ -]delay|host|request[ -]rate"
    rb"|visit[ -]time|clean-param|noindex|content-signal)[ \t]*[: \t]",
    re.IGNORECASE | re.MULTILINE,
)
AGENT_LINE = re.compile(
    r"^([ \t]*user[ -]?agent[ \t]*[: \t][ \t]*)([^#\r\n]*)", re.IGNORECASE | re.MULTILINE
)
NAME = re.compile(r"[a-z_-]+")
SLASHES = re.compile(r"(?<!:)//+")
MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
NOT_KEPT = re.compile(r"\bno-(store|cache)\b", re.IGNORECASE)
SOMEBODY_ELSE: Final = "somebody-else"


class RobotsDenied(IgnoreRequest):
    """robots.txt forbids the page, or could not be read."""


class Rules(msgspec.Struct, frozen=True):
    """What a host allows, until when that holds: what `parser` says, or nothing (`refusal`)."""

    until: datetime
    parser: Protego | None = None
    refusal: str = ""

    def check(self, url: str) -> None:
        """Refuse `url` unless it may be fetched.

        Raises:
            RobotsDenied: it may not; the text says why.
        """
        if self.refusal:
            raise RobotsDenied(self.refusal)
        # Many a server takes several slashes for one.
        for way in {url, SLASHES.sub("/", url)}:
            if self.parser is not None and not self.parser.can_fetch(way, AGENT):
                raise RobotsDenied("robots.txt forbids it")

    @property
    def crawl_delay(self) -> float:
        """Return the seconds that the host asks for between two requests."""
        return (self.parser.crawl_delay(AGENT) if self.parser else None) or 0.0


def read_answer(origin: str, response: Response) -> RobotsFile:
    """Return what the final answer to a request for the robots.txt of `origin` says.

    2xx, 404 and 410 are answers; all else refuses, and so does what is no robots.txt: HTML, binary,
    longer than 500 KiB, not UTF-8 in its rules, or without one line that is known.
    """
    if response.status in ABSENT:
        return _kept(origin, "", _age(response))
    if response.status not in SUCCESSES:
        return refused(origin, f"robots.txt: status {response.status}")
    body = response.body.removeprefix(BOM)
    fault = _fault(body)
    if fault:
        return refused(origin, f"robots.txt: {fault}")
    return _kept(origin, body.decode("utf-8", "replace"), _age(response))


def refused(origin: str, cause: str) -> RobotsFile:
    """Return the file of a host that refuses everything; it counts for an hour at most."""
    now = datetime.now(UTC)
    return RobotsFile(origin=origin, refusal=cause[:200], read_at=now, until=now + HOUR)


def rules_of(file: RobotsFile) -> Rules:
    """Return the rules in `file`, those for our own name alone where there are any."""
    if file.refusal:
        return Rules(until=file.until, refusal=file.refusal)
    rules = Rules(until=file.until, parser=Protego.parse(AGENT_LINE.sub(_named, file.body)))
    if rules.crawl_delay > LONGEST_CRAWL_DELAY:
        cause = f"robots.txt: Crawl-delay {rules.crawl_delay:.0f}, over {LONGEST_CRAWL_DELAY:.0f}"
        return Rules(until=file.until, refusal=f"{cause} s: too long for us to read it")
    return rules


def _named(line: re.Match[str]) -> str:
    """Return a line that names an agent such that it means us alone, everybody, or not us.

    The parser takes the beginning of our name for ours, and our name with a version for another.
    """
    said = line[2].strip().lower()
    name = NAME.match(said.replace("*", ""))
    if said == "*" or not said:
        return line[0]
    ours = name is not None and name[0] == AGENT
    return line[1] + (AGENT if ours else SOMEBODY_ELSE)


def _fault(body: bytes) -> str:
    if len(body) > ROBOTS_BYTES:
        return "longer than 500 KiB"
    if BINARY.search(body):
        return "binary"
    if body.lstrip()[:1] == b"<":
        return "markup"
    rules = COMMENT.sub(b"", body)
    try:
        rules.decode("utf-8")
    except UnicodeDecodeError:
        return "rules that are not UTF-8"
    return "no line of it is known" if rules.strip() and not DIRECTIVE.search(rules) else ""


def _kept(origin: str, body: str, age: timedelta) -> RobotsFile:
    now = datetime.now(UTC)
    return RobotsFile(origin=origin, body=body, read_at=now, until=now + age)


def _age(response: Response) -> timedelta:
    """Return how long the answer may be kept: as it says, at most a day; an hour if it doesn't."""
    said = b",".join(response.headers.getlist("Cache-Control")).decode("latin-1")
    if NOT_KEPT.search(said):
        return timedelta()
    found = MAX_AGE.search(said)
    return min(timedelta(seconds=int(found[1])), DAY) if found else HOUR
