"""The machine-readable lists of the demo outlets: RSS, Atom, sitemaps, robots.txt."""

import gzip
from collections.abc import Sequence
from email.utils import format_datetime
from xml.sax.saxutils import escape

from demo.outlets import Outlet, Page

NEWEST = 20
"""Pages that a feed names."""
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def rss(outlet: Outlet, pages: Sequence[Page]) -> bytes:
    """Return an RSS 2.0 feed of the newest pages, writers named as RSS names them."""
    items = "".join(
        f"<item><title>{escape(page.title)}</title><link>{page.url}</link>"
        f'<guid isPermaLink="true">{page.url}</guid>'
        f"<dc:creator>{escape(page.author)}</dc:creator>"
        f"<pubDate>{format_datetime(page.published)}</pubDate>"
        f"<description>{escape(page.text[:140])}…</description></item>\n"
        for page in pages[:NEWEST]
    )
    return (
        f'{HEAD}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{outlet.name}</title><link>{outlet.base}/</link>"
        f"<description>Tin mới của {outlet.name}</description><language>vi</language>\n"
        f"{items}</channel></rss>\n"
    ).encode()


def atom(outlet: Outlet, pages: Sequence[Page]) -> bytes:
    """Return an Atom feed of all pages and of the one that robots.txt disallows."""
    entries = "".join(
        f"<entry><id>{page.url}</id><title>{escape(page.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{page.url}"/>'
        f"<author><name>{escape(page.author)}</name></author>"
        f"<published>{page.published.isoformat()}</published>"
        f"<updated>{page.modified.isoformat()}</updated></entry>\n"
        for page in pages
    )
    hidden = outlet.base + outlet.forbidden
    updated = pages[0].published.isoformat()
    return (
        f'{HEAD}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi"><id>{outlet.base}/</id>'
        f'<title>{outlet.name}</title><link rel="self" href="{outlet.base}{outlet.feed}"/>'
        f"<updated>{updated}</updated>\n{entries}"
        f"<entry><id>{hidden}</id><title>Bản nháp</title><updated>{updated}</updated>"
        f'<link rel="alternate" type="text/html" href="{hidden}"/></entry></feed>\n'
    ).encode()


def sitemap(outlet: Outlet, pages: Sequence[Page]) -> bytes:
    """Return a sitemap of `pages` and of the paths that are listed though they lead nowhere."""
    bare = [*dict(outlet.moved), *outlet.gone, *outlet.hangs, outlet.forbidden]
    rows = [
        f"<loc>{page.url}</loc><lastmod>{page.modified.isoformat()}</lastmod>"
        for page in _in_place(outlet, pages)
    ]
    rows += [f"<loc>{outlet.base}{path}</loc>" for path in bare]
    body = "".join(f"<url>{row}</url>\n" for row in rows)
    return f'{HEAD}<urlset xmlns="{SITEMAP}">\n{body}</urlset>\n'.encode()


def old_sitemap(outlet: Outlet, pages: Sequence[Page]) -> bytes:
    """Return the gzipped sitemap of the older pages, the same bytes for the same pages."""
    rows = (f"<url><loc>{page.url}</loc></url>\n" for page in _in_place(outlet, pages))
    dated = "".join(rows)
    text = f'{HEAD}<!-- {outlet.name} -->\n<urlset xmlns="{SITEMAP}">\n{dated}</urlset>\n'
    return gzip.compress(text.encode(), mtime=0)


def sitemap_index(outlet: Outlet) -> bytes:
    """Return the index of the outlet's sitemaps."""
    rows = "".join(f"<sitemap><loc>{outlet.base}{p}</loc></sitemap>\n" for p in outlet.sitemaps)
    return f'{HEAD}<sitemapindex xmlns="{SITEMAP}">\n{rows}</sitemapindex>\n'.encode()


def robots(outlet: Outlet) -> bytes:
    """Return robots.txt: everything is allowed but the folder of the forbidden page."""
    folder = outlet.forbidden[: outlet.forbidden.index("noi-bo/")] + "noi-bo/"
    lines = [f"# {outlet.name}", "User-agent: *", f"Disallow: {folder}", "Allow: /"]
    if outlet.sitemaps:
        lines += ["", f"Sitemap: {outlet.base}/sitemap.xml"]
    return "\n".join([*lines, ""]).encode()


def _in_place(outlet: Outlet, pages: Sequence[Page]) -> list[Page]:
    """Leave out what moved: sitemaps still name it by its old address alone."""
    moved = {slug for _, slug in outlet.moved}
    return [page for page in pages if page.slug not in moved]
