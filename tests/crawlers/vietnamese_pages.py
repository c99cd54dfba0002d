"""Vietnamese pages in ten styles of sites, with what is to come out of them.

A style is a template and a file of texts, all made up. What stands on a page and is not its message
may not come out: every piece of its text that the message doesn't hold.
"""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import lxml.html
import msgspec

FOLDER = Path(__file__).with_name("styles")
STYLES = sorted(path.stem for path in FOLDER.glob("*.toml"))
WEEKDAYS = "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"
PIECE = 12
"""Characters from which on a piece of a page is told from another."""


class Page(msgspec.Struct, frozen=True):
    """A page and its message: `lines` as they are to come out, `people` to be left out."""

    name: str
    url: str
    html: str
    title: str
    lines: tuple[str, ...]
    people: tuple[str, ...]
    published: datetime
    modified: datetime | None
    canonical: str

    @property
    def text(self) -> str:
        """Return the message, a line a paragraph."""
        return "\n".join(self.lines)

    @property
    def forbidden(self) -> list[str]:
        """Return all that stands on the page and in neither its title nor its message."""
        tree = lxml.html.document_fromstring(self.html)
        texts = tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")
        pieces = {" ".join(text.split()) for text in texts}
        return sorted(
            p for p in pieces if len(p) >= PIECE and p not in f"{self.title}\n{self.text}"
        )


def load() -> list[Page]:
    """Return all pages, style by style."""
    return [page for style in STYLES for page in _pages(style)]


def _pages(style: str) -> list[Page]:
    told = tomllib.loads((FOLDER / f"{style}.toml").read_text(encoding="utf-8"))
    template = _templates().get_template(f"{style}.html")
    return [_page(template, style, number, each) for number, each in enumerate(told["page"], 1)]


def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(FOLDER)
    templates = jinja2.Environment(loader=loader, autoescape=True, undefined=_Nothing)
    templates.filters["vn_date"] = _vn_date
    templates.filters["vn_day"] = _vn_day
    return templates


class _Nothing(jinja2.ChainableUndefined):
    """What a page doesn't have is left out."""


def _page(template: jinja2.Template, style: str, number: int, told: dict[str, Any]) -> Page:
    paragraphs = told["text"].strip().splitlines()
    path = f"/{style}/bai-{number}.html"
    html = template.render(**{**told, "text": paragraphs, "n": number, "path": path})
    return Page(
        name=f"{style}-{number}",
        url=f"http://bao.example{path}?src=trang-chu",
        html=html,
        title=told["title"],
        lines=tuple(filter(None, (told.get("lead", ""), *(p.lstrip("# ") for p in paragraphs)))),
        people=tuple(_people(told)),
        published=told["published"],
        modified=told.get("modified"),
        canonical=f"http://bao.example{path}" + ("" if "canonical" in html else "?src=trang-chu"),
    )


def _people(told: dict[str, Any]) -> set[str]:
    """Return who wrote, asked, posted or commented."""
    commented = {nick for nick, _ in told.get("comments", ())}
    return {told["author"], *told.get("nicks", ()), *commented} | {
        told.get("asker", told["author"])
    }


def _vn_day(when: datetime) -> str:
    return f"{WEEKDAYS[when.weekday()]}, {when:%d/%m/%Y}"


def _vn_date(when: datetime) -> str:
    return f"{_vn_day(when)}, {when:%H:%M} (GMT+7)"
