"""One module for each software that channels and forums run on; none decides anything but reading.

An explicit list, as that of the detectors: a module that isn't in it reads nothing.
"""

from crawlers.software import (
    bluesky,
    discourse,
    mastodon,
    phpbb,
    telegram,
    vbulletin,
    xenforo,
    youtube,
)
from crawlers.software.reading import Channel, Forum
from crawlers.source import Software

SOFTWARE: dict[Software, Forum | Channel] = {
    Software.XENFORO: xenforo.READING,
    Software.DISCOURSE: discourse.READING,
    Software.VBULLETIN: vbulletin.READING,
    Software.PHPBB: phpbb.READING,
    Software.TELEGRAM: telegram.READING,
    Software.MASTODON: mastodon.READING,
    Software.BLUESKY: bluesky.READING,
    Software.YOUTUBE: youtube.READING,
}


def forum_of(software: Software | None) -> Forum | None:
    """Return how `software` is read, if it is a forum's."""
    reading = SOFTWARE[software] if software else None
    return reading if isinstance(reading, Forum) else None


def channel_of(software: Software | None) -> Channel | None:
    """Return how `software` is read, if it is a channel's."""
    reading = SOFTWARE[software] if software else None
    return reading if isinstance(reading, Channel) else None
