"""The rules: what is wrong with a source, by its latest pass, its days and its own history.

What keeps us out of a source is told alone: the rest would say the same in other words.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median

import msgspec

from kiemchung.crawl_state.health import Alert, Cause, Day, LastPass
from kiemchung.crawl_state.schedule import AHEAD
from kiemchung.health.view import (
    ENOUGH,
    LONGEST_TROUBLE,
    View,
    days_before,
    expected_pages,
    read_pages,
    share,
)
from kiemchung.vocabulary import Fate

MISSED = 3.0
"""Posts that history must have expected, before their absence says anything."""
MOST = 0.9
"""Share at which a pass counts as failed, or refused, as a whole."""
JUMP = 0.5
"""Share of empty fields that is too many, where history had less than HABIT."""
HABIT = 0.2
WALLED = 0.3
"""Share of soft-404 or login pages that is too many."""
BROKEN = 0.2
"""Share of quarantined pages that is too many."""
STALE = timedelta(days=7)
NOT_ASKED = timedelta(days=3)
LONGEST_PASS = timedelta(hours=6)

Words = tuple[str, str]
Rule = Callable[[View], Words | None]


class Findings(msgspec.Struct, frozen=True):
    """What is wrong with a source, and of which causes nothing can be said while that holds."""

    alerts: tuple[Alert, ...]
    unjudged: frozenset[Cause] = frozenset()


def find_alerts(view: View) -> Findings:
    """Return what is wrong with a source: what keeps us out alone, if anything does."""
    if view.source.is_broken:
        file = {Cause.FILE: BLOCKING[Cause.FILE]}
        return Findings(_tried(view, file), frozenset({*BLOCKING, *RULES} - file.keys()))
    blocking = _tried(view, BLOCKING)
    if blocking:
        return Findings(blocking, frozenset(RULES))
    found = _tried(view, RULES)
    if any(alert.cause is Cause.EMPTY for alert in found):
        # A source that is empty goes stale in the end: that is no second trouble.
        others = tuple(alert for alert in found if alert.cause is not Cause.STALE)
        return Findings(others, frozenset({Cause.STALE}))
    return Findings(found, frozenset({Cause.EMPTY} if _is_partial(view) else ()))


def _tried(view: View, rules: Mapping[Cause, Rule]) -> tuple[Alert, ...]:
    words = {cause: rule(view) for cause, rule in rules.items()}
    return tuple(
        Alert(
            source=view.source.name,
            cause=cause,
            since=view.now,
            last_seen=view.now,
            vi=said[0],
            en=said[1],
        )
        for cause, said in words.items()
        if said
    )


# --- what keeps us out --------------------------------------------------------------------------


def _is_unloadable(view: View) -> Words | None:
    if not view.source.is_broken:
        return None
    return (
        "Tệp của nguồn không nạp được: hãy chạy `kiemchung sources check`.",
        "The source's file can't be loaded: `kiemchung sources check` says why.",
    )


def _is_failing(view: View) -> Words | None:
    fates = (Fate.FAILED, Fate.TIMED_OUT, Fate.REFUSED_ADDRESS)
    last = view.last
    if last is None or last.unreadable or view.resting or not _is_most(last, fates):
        return None
    late, all_of_them = last.count(Fate.TIMED_OUT), last.count(*fates)
    return (
        f"Không đọc được trang nào. Số lần hỏi hỏng: {all_of_them}, vì quá giờ: {late}.",
        f"No page can be read. Requests that failed: {all_of_them}, by time-out: {late}.",
    )


def _is_unfinished(view: View) -> Words | None:
    begun = view.begun
    if begun is None or begun.ended is not None or view.now - begun.started < LONGEST_PASS:
        return None
    return (
        "Lượt đọc gần nhất chưa kết thúc: có thể đã bị ngắt. Hãy chạy lại.",
        "The latest pass has no end: it may have been killed. Repeat the run.",
    )


def _is_resting(view: View) -> Words | None:
    if not view.resting:
        return None
    return (
        f"Máy chủ xin được để yên ({view.resting}): xem lại KIEMCHUNG_DELAY.",
        f"The host asks to be left alone ({view.resting}): see KIEMCHUNG_DELAY.",
    )


def _is_denied(view: View) -> Words | None:
    last = view.last
    if last is None or not _is_most(last, (Fate.ROBOTS_DENIED,)):
        return None
    return (
        f"robots.txt không cho đọc, hoặc không lấy được ({last.count(Fate.ROBOTS_DENIED)} lần).",
        f"robots.txt forbids it, or can't be fetched ({last.count(Fate.ROBOTS_DENIED)} times).",
    )


def _is_unlisted(view: View) -> Words | None:
    last = view.last
    if last is None or not last.unreadable or last.count(Fate.LISTING):
        return None
    return (
        "Danh mục bài tải về được nhưng không đọc được: có lẽ trang đã đổi khuôn.",
        "The listing came but can't be read: the site may have changed its form.",
    )


def _is_missing(view: View) -> Words | None:
    return _walled(
        view,
        Cause.SOFT_404,
        Fate.SOFT_404,
        "{part} trong {whole} trang chỉ nói rằng không có gì ở đó.",
        "{part} of {whole} pages only say that there is nothing.",
    )


def _is_locked(view: View) -> Words | None:
    return _walled(
        view,
        Cause.LOGIN_WALL,
        Fate.LOGIN_WALL,
        "{part} trong {whole} trang đòi đăng nhập.",
        "{part} of {whole} pages ask for a login.",
    )


def _walled(view: View, cause: Cause, fate: Fate, vi: str, en: str) -> Words | None:
    recent = view.recent()
    part, whole = recent.count(fate), read_pages(recent)
    if whole < ENOUGH or share(part, whole) < view.limit(cause, WALLED):
        return None
    return vi.format(part=part, whole=whole), en.format(part=part, whole=whole)


def _is_not_asked(view: View) -> Words | None:
    asked = view.begun.started if view.begun else view.since
    if asked is None or view.now - asked < NOT_ASKED:
        return None
    days = (view.now - asked).days
    return (
        f"Đã {days} ngày không ai hỏi nguồn này: lịch chạy có còn chạy không?",
        f"Nobody has asked this source for {days} days: does the schedule still run?",
    )


def _is_most(last: LastPass, fates: Sequence[Fate]) -> bool:
    asked = sum(last.fates.values()) - last.count(Fate.REDIRECTED)
    if asked < ENOUGH and not last.all_listings:
        return False  # a page or two that were due say nothing of the source
    return share(last.count(*fates), asked) >= MOST


# --- what came, and is not what it was ----------------------------------------------------------


def _is_empty(view: View) -> Words | None:
    """Compare with the source's promise, and with its history over the days it was silent."""
    last, least = view.last, view.source.min_posts
    is_listed = last is not None and last.count(Fate.LISTING) and not _is_partial(view)
    if last is not None and is_listed and last.listed < least:
        return (
            f"Số trang mà danh mục nêu: {last.listed}; ít nhất phải là {least}.",
            f"Pages that the listing names: {last.listed}; at least {least} are expected.",
        )
    silent = _silent_days(view)
    if not silent:
        return None
    expected = expected_pages(view.history(Cause.EMPTY, silent[-1].day))
    if expected is None or expected * len(silent) < MISSED:
        return None
    usual = f"{round(expected, 1):g}"
    return (
        f"Số ngày không có bài mới: {len(silent)}; trước đó thường {_comma(usual)} bài một ngày.",
        f"Days without a new page: {len(silent)}; before, {usual} a day were usual.",
    )


def _is_partial(view: View) -> bool:
    """Tell whether the last pass asked for too few listings to hold them against the promise."""
    last = view.last
    return last is not None and not last.all_listings and last.listed < view.source.min_posts


def _comma(number: str) -> str:
    return number.replace(".", ",")


def _silent_days(view: View) -> list[Day]:
    """Return the latest days with a pass and without a new page, newest first.

    Today counts once it had as many passes as a day of late.
    """
    before = days_before(view.days, view.today, most=LONGEST_TROUBLE)
    passed = [day for day in before if day.passes]
    today = view.days.get(view.today)
    usual = median(day.passes for day in passed) if passed else 1
    if today is not None and (today.passes >= usual or today.count(Fate.NEW)):
        passed.insert(0, today)
    silent = []
    for day in passed:
        if day.count(Fate.NEW):
            break
        silent.append(day)
    return silent


def _is_stale(view: View) -> Words | None:
    if view.last_good is None or view.last is None:
        return None
    allowed = max(STALE, 2 * _longest_gap(view))
    if view.now - view.last_good < allowed:
        return None
    days = (view.now - view.last_good).days
    return (
        f"Đã {days} ngày không đọc được bài nào.",
        f"No page has yielded a post for {days} days.",
    )


def _longest_gap(view: View) -> timedelta:
    """Return the longest time between two good days, as far back as we know."""
    good = sorted(day.day for day in view.days.values() if day.last_good)
    gaps = (after - before for before, after in pairwise(good))
    return max(gaps, default=timedelta())


def _is_undated(view: View) -> Words | None:
    return _hollow(
        view,
        Cause.UNDATED,
        lambda day: (day.undated, day.posts),
        "{part} trong {whole} bài không có ngày; trước đó {before}.",
        "{part} of {whole} posts have no date; before, {before} had none.",
    )


def _is_untitled(view: View) -> Words | None:
    return _hollow(
        view,
        Cause.UNTITLED,
        lambda day: (day.untitled, day.posts),
        "{part} trong {whole} bài không có tiêu đề; trước đó {before}.",
        "{part} of {whole} posts have no title; before, {before} had none.",
    )


def _is_textless(view: View) -> Words | None:
    return _hollow(
        view,
        Cause.NO_TEXT,
        lambda day: (day.count(Fate.NO_TEXT), read_pages(day)),
        "{part} trong {whole} trang không có chữ nào đọc được; trước đó {before}.",
        "{part} of {whole} pages have no text that can be read; before, {before} had none.",
    )


def _hollow(
    view: View, cause: Cause, counts: Callable[[Day], tuple[int, int]], vi: str, en: str
) -> Words | None:
    """Tell where a field is empty far more often than it used to be."""
    part, whole = counts(view.recent())
    history = [counts(day) for day in view.history(cause)]
    parts, wholes = (sum(column) for column in zip(*history, strict=True)) if history else (0, 0)
    if whole < ENOUGH or wholes < ENOUGH or share(parts, wholes) > HABIT:
        return None
    if share(part, whole) < view.limit(cause, JUMP):
        return None
    before = f"{share(parts, wholes):.0%}"
    return (
        vi.format(part=part, whole=whole, before=before),
        en.format(part=part, whole=whole, before=before),
    )


def _is_broken(view: View) -> Words | None:
    recent = view.recent()
    part, whole = recent.count(Fate.QUARANTINED), read_pages(recent)
    history = view.history(Cause.QUARANTINE)
    usual = share(
        sum(day.count(Fate.QUARANTINED) for day in history), sum(read_pages(d) for d in history)
    )
    limit = view.limit(Cause.QUARANTINE, max(BROKEN, 2 * usual))
    if whole < ENOUGH or share(part, whole) < limit:
        return None
    return (
        f"{part} trong {whole} trang bị cách ly; trước đó {usual:.0%}.",
        f"{part} of {whole} pages are in quarantine; before, {usual:.0%} were.",
    )


def _is_distrusted(view: View) -> Words | None:
    if not view.distrusted:
        return None
    return (
        "Máy chủ nói trang không đổi trong khi trang đã đổi: mọi trang được đọc lại trọn vẹn.",
        "The host says that changed pages are unchanged: all of its pages are asked for in full.",
    )


def _has_moved_past(view: View) -> Words | None:
    if view.last is None or AHEAD not in view.last.note:
        return None
    return (
        "Danh mục đã trôi qua cả những bài chưa đọc: hãy đọc nguồn này thường xuyên hơn.",
        "The listing got ahead of us, so pages may be missed: read this source more often.",
    )


BLOCKING: dict[Cause, Rule] = {
    Cause.FILE: _is_unloadable,
    Cause.FAILING: _is_failing,
    Cause.RESTING: _is_resting,
    Cause.UNFINISHED: _is_unfinished,
    Cause.ROBOTS: _is_denied,
    Cause.LISTING: _is_unlisted,
    Cause.SOFT_404: _is_missing,
    Cause.LOGIN_WALL: _is_locked,
    Cause.NOT_ASKED: _is_not_asked,
}
"""What keeps us from a source's pages: while one of these holds, the others say nothing new."""
RULES: dict[Cause, Rule] = {
    Cause.EMPTY: _is_empty,
    Cause.STALE: _is_stale,
    Cause.UNDATED: _is_undated,
    Cause.UNTITLED: _is_untitled,
    Cause.NO_TEXT: _is_textless,
    Cause.QUARANTINE: _is_broken,
    Cause.VALIDATORS: _is_distrusted,
    Cause.FEED_MOVED: _has_moved_past,
}
