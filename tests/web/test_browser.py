"""A reviewer's day in a real browser: with and without JavaScript, by keyboard, on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kiemchung.desk import Desk
from kiemchung.store.base import Store
from kiemchung.vocabulary import AnswerKind, Harm, SignalLabel
from tests.web.conftest import Watched
from tests.web.forms import path_of
from tests.web.seed import CHECKS, a_flag, a_signal, lemon_flag, scam_flag

Watch = Callable[..., Watched]
SCAM = scam_flag()
LEMON = lemon_flag()
PAGES = [
    "/",
    path_of(SCAM.id),
    path_of(LEMON.id),
    "/search?q=chanh",
    "/fact-checks",
    "/health",
    "/health/ben_sen",
    "/about",
]

pytestmark = pytest.mark.usefixtures("seeded")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_from_the_queue_through_two_answers(watch: Watch, desk: Desk, *, script: bool) -> None:
    """Queue, flag, answer, next flag, answer with evidence: whole with and without JavaScript."""
    page = watch("/", java_script_enabled=script).page
    page.locator(".rows a").first.click()
    page.get_by_role("radio", name="Lừa đảo", exact=True).check()
    page.get_by_label("Ghi chú").fill("giả danh ngân hàng")
    page.get_by_role("button", name="Ghi câu trả lời").click()

    expect(page.get_by_role("status")).to_contain_text("Đã ghi")
    expect(page.locator("h1")).to_have_text(LEMON.title)
    page.get_by_role("radio", name="Trái với kiểm chứng").check()
    page.get_by_role("checkbox", name="Soi Tin").check()
    page.get_by_role("button", name="Ghi câu trả lời").click()
    expect(page.get_by_role("status")).to_contain_text("Đã ghi")

    (first,), (second,) = desk.answers(SCAM.id), desk.answers(LEMON.id)
    assert (first.label, first.note) == (Harm.SCAM, "giả danh ngân hàng")
    assert (second.answer, second.evidence) == (AnswerKind.CONTRADICTED, (CHECKS[0].id,))
    assert desk.check() == []


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other, once the page has its shortcuts."""
    expect(page.locator("#keys")).to_be_visible()
    for key in keys:
        page.keyboard.press(key)


def test_by_keyboard_alone(watch: Watch, desk: Desk) -> None:
    """j, k and Enter open a flag, a digit chooses, Enter sends, s skips, u leads back."""
    page = watch("/").page
    press(page, "j", "j", "k", "Enter")
    page.wait_for_url("**/flags/**")
    press(page, "1", "Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi")
    press(page, "s")
    expect(page.locator("#text")).to_contain_text("đập Suối Vàng")
    press(page, "u")
    expect(page.locator(".rows")).to_be_visible()

    assert [answer.label for answer in desk.answers(SCAM.id)] == [Harm.SCAM]


def test_by_tab_key_without_shortcuts(watch: Watch, desk: Desk) -> None:
    """Tab, arrows, space and Enter are enough, also where JavaScript is off."""
    page = watch(path_of(SCAM.id), java_script_enabled=False).page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "choice":
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi")

    assert [answer.label for answer in desk.answers(SCAM.id)] == [Harm.HEALTH]


def test_shortcuts_can_be_turned_off_and_do_not_disturb_typing(watch: Watch) -> None:
    """WCAG 2.1.4: single-key shortcuts have a switch, which is remembered."""
    page = watch(path_of(SCAM.id)).page
    page.get_by_label("Ghi chú").press_sequentially("s1u")
    expect(page.get_by_label("Ghi chú")).to_have_value("s1u")
    page.get_by_role("button", name="Phím tắt: bật").click()
    page.reload()
    press(page, "1")

    expect(page.get_by_role("button", name="Phím tắt: tắt")).to_be_visible()
    expect(page.locator("input[name=choice]:checked")).to_have_count(0)


def test_evidence_is_asked_for_with_contradicted_alone(watch: Watch) -> None:
    """The boxes appear with the choice that needs them, without JavaScript too."""
    page = watch(path_of(LEMON.id), java_script_enabled=False).page
    boxes = page.locator(".attach")
    expect(boxes).to_be_hidden()
    page.get_by_role("radio", name="Trái với kiểm chứng").check()

    expect(boxes).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["vi-VN", "en-GB"])
def test_no_page_scrolls_sideways_on_a_phone(watch: Watch, path: str, language: str) -> None:
    """320 and 390 pixels are wide enough (WCAG 1.4.10)."""
    page = watch(path, viewport={"width": 390, "height": 800}, locale=language).page
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})

        assert page.evaluate("document.documentElement.scrollWidth") <= width


HARD = "Dòng một\r\nDòng hai\rBa\n\n  <b>&amp;</b>\tđ\u0301\u202engược\u202c🙂 " + "x" * 300


@pytest.mark.parametrize("text", [SCAM.text, LEMON.text, HARD], ids=["scam", "lemon", "hard"])
def test_the_highlighted_text_is_the_posts_text(watch: Watch, store: Store, text: str) -> None:
    """What the browser holds is the post, character for character; each mark is a slice of it."""
    middle = text[3 : len(text) // 2]
    signals = (
        a_signal(text, middle, SignalLabel.SCAM, "r", 0.5),
        a_signal(text, text[7:20], SignalLabel.SCAM, "r", 0.5),
    )
    store.put([a_flag("chu", text, signals=signals)])
    page = watch(path_of(a_flag("chu", "").id), viewport={"width": 390, "height": 800}).page
    marks: list[Any] = page.locator("#text mark").all()

    assert page.locator("#text").evaluate("e => e.textContent") == text
    assert "".join(mark.evaluate("e => e.textContent") for mark in marks) == middle
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_marks_say_why(watch: Watch) -> None:
    """Each mark carries its numbers and its reasons in words."""
    page = watch(path_of(SCAM.id)).page
    mark = page.locator("#text mark", has_text="đọc mã OTP")

    expect(mark).to_have_attribute("data-notes", "3,4")
    expect(mark).to_have_attribute("title", "3. Lừa đảo: gọi số lạ | 4. Lừa đảo: Đòi mã OTP")


CONTRAST = """() => {
  const channel = (c) => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const read = (s) => s.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = read(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    if (!e.checkVisibility() || e.closest(".unseen, .skip")) continue;
    const [a, b] = [light(read(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${e.className || e.tagName} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_text_has_contrast(watch: Watch, path: str, scheme: str) -> None:
    """At least 4.5 to 1 on every page, light and dark (WCAG 1.4.3)."""
    page = watch(path, color_scheme=scheme).page

    assert page.evaluate(CONTRAST) == []
