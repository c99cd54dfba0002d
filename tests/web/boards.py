"""A fortnight of three fictional sources: one well, one in trouble, one that nobody asked yet."""

from datetime import timedelta

from kiemchung.crawl_state.health import Alert, Cause, Day, day_of
from kiemchung.health import SourceHealth, Watched
from kiemchung.vocabulary import Fate, SourceKind
from tests.web.seed import NOW

TODAY = day_of(NOW)
NEW = 1_203


def a_board(days: int) -> list[SourceHealth]:
    """Return the board of the last `days` days, as `read_health` does."""
    return [in_trouble(days), new_one(days), well(days)]


def in_trouble(days: int) -> SourceHealth:
    """Return a source whose pages ask for a login of late, and whose title is hostile."""
    found = [a_day("ben_sen", back, login_wall=9, failed=1) for back in range(3)]
    found += [a_day("ben_sen", back, new=7, timed_out=2) for back in range(3, days)]
    return SourceHealth(
        source=watched("ben_sen", "Hội Bến Sen <script>alert(1)</script>"),
        days=tuple(reversed(found[:days])),
        expected=7.5,
        last_good=NOW - timedelta(days=3),
        alerts=(
            an_alert(Cause.LOGIN_WALL, "9 trong 10 trang đòi đăng nhập.", "9 of 10 ask for it."),
            an_alert(Cause.ROBOTS, "robots.txt.", "robots.txt forbids it.", over=True),
        ),
    )


def well(days: int) -> SourceHealth:
    """Return a source that is well, and brings many pages."""
    found = [a_day("song_may", back, new=NEW, unchanged=9, listing=1) for back in range(days)]
    return SourceHealth(
        source=watched("song_may", "Báo Sông Mây"),
        days=tuple(reversed(found)),
        expected=float(NEW),
        last_good=NOW,
        alerts=(),
    )


def new_one(days: int) -> SourceHealth:
    """Return a source of which nothing is known."""
    found = [Day(source="xom_cho", day=TODAY - timedelta(days=back)) for back in range(days)]
    one = watched("xom_cho", "Kênh Xóm Chợ")
    return SourceHealth(source=one, days=tuple(found), expected=None, last_good=None, alerts=())


def watched(name: str, title: str) -> Watched:
    """Return a source that is switched on."""
    kind = SourceKind.NEWSPAPER
    return Watched(name=name, title=title, kind=kind, min_posts=1, max_posts=500)


def a_day(source: str, back: int, **fates: int) -> Day:
    """Return a day with these fates."""
    counts = {Fate(name): count for name, count in fates.items()}
    posts = fates.get("new", 0)
    day = TODAY - timedelta(days=back)
    return Day(source=source, day=day, passes=1, fates=counts, posts=posts, undated=posts // 7)


def an_alert(cause: Cause, vi: str, en: str, *, over: bool = False) -> Alert:
    """Return an alert that is open, unless it is `over`."""
    since = NOW - timedelta(days=2)
    recovered = NOW - timedelta(days=1) if over else None
    values = {"since": since, "last_seen": NOW, "recovered_at": recovered, "vi": vi, "en": en}
    return Alert(source="ben_sen", cause=cause, **values)
