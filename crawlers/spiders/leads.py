"""Where an address leads: what of it a run follows, and why not the rest."""

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from crawlers.canonical import bare, host_of, same_listing
from crawlers.links import Links, join
from crawlers.source import Source
from crawlers.spiders.line import LISTINGS
from crawlers.visits import Ask, address_fault
from kiemchung.crawl_state import Leads

HOPS = 5
"""Redirects that are followed in a row."""
LOOKED_AT = 10_000
"""Addresses of a listing that are looked at for those of the source's own hosts."""
HOME = "to the site's first page, or a listing"


def own_leads(base: str, links: Links, source: Source) -> Leads:
    """Return what `links`, found at `base`, names on the source's own hosts.

    That is no more than a run asks for, each once, without trackers and session ids.
    """
    pages = _own(base, links.pages, source, source.max_posts)
    changed = {url: links.changed[name] for url, name in pages.items() if name in links.changed}
    listings = _own(base, links.listings, source, LISTINGS)
    return Leads(pages=tuple(pages), listings=tuple(listings), changed=changed)


def next_asks(ask: Ask, leads: Leads, *, are_pages: bool) -> Iterator[Ask]:
    """Yield what is to be asked next where `ask` led to `leads`.

    `are_pages` says that listings are kept as pages, so that they too are steps in a row.
    """
    hops = ask.hops + 1 if leads.moved else 0
    is_step = not leads.moved and (are_pages or not ask.listing)
    steps = ask.steps + is_step
    for url in leads.pages:
        changed = leads.changed.get(url)
        yield Ask(url, root=ask.root, hops=hops, steps=steps, changed=changed)
    for url in leads.owed:
        yield Ask(url, owed=True)
    for url in leads.listings:
        top = ask.top and leads.moved
        yield Ask(url, listing=True, root=ask.root, top=top, hops=hops, steps=steps)


def refused(target: str, ask: Ask, source: Source) -> str:
    """Return why a redirect of `ask` isn't followed to `target`; "" if it is."""
    if ask.hops >= HOPS:
        return f"more than {HOPS} redirects in a row"
    if address_fault(target):
        return "to no http address"
    if host_of(target) not in source.all_hosts:
        return "to another host"
    # Where pages are taken away, many sites send their readers there.
    return HOME if not ask.listing and _is_home(target, source) else ""


def _is_home(url: str, source: Source) -> bool:
    parts = urlsplit(url)
    is_first = parts.path in {"", "/"} and not parts.query
    return is_first or same_listing(url) in map(same_listing, source.listings)


def _own(base: str, urls: Iterable[str], source: Source, limit: int) -> dict[str, str]:
    """Return the first `limit` addresses of the source's hosts, each with how it was written."""
    found: dict[str, str] = {}
    hosts = source.all_hosts
    for url in islice(dict.fromkeys(urls), max(limit, LOOKED_AT)):
        absolute = join(base, url)
        if host_of(absolute) in hosts:
            found.setdefault(bare(absolute), url)
        if len(found) >= limit:
            break
    return found
