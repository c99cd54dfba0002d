"""`sources check NAME` against the local server: a few requests through the gates, a verdict."""

from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from crawlers.probe import PAGES, probe
from crawlers.registry import load_source
from crawlers.run import environment_of
from crawlers.saved import faults
from crawlers.source import SourceStatus
from kiemchung.commands.main import cli
from kiemchung.errors import InputError, SourceError
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab
from tests.crawlers.test_saved import AUTHOR, HTML, PHONE

HOST = "bao.example"


def a_paper(lab: Lab, html: str = HTML, **fields: str) -> None:
    """Serve a paper with six articles, whose source is off and has two listings."""
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [f"http://{HOST}/{number}" for number in range(6)])
    for number in range(6):
        lab.server.on(HOST, f"/{number}", html)
    listings = (f"http://{HOST}/rss", f"http://{HOST}/tin.rss")
    lab.source("bao", *listings, **{"status": "configured", **fields})


def check(lab: Lab, *arguments: str) -> Result:
    """Run `kiemchung sources check` in the lab."""
    runner = CliRunner(env=environment_of(lab.settings))
    return runner.invoke(cli, ["sources", "check", *arguments])


def test_a_source_that_is_off_is_looked_at(lab: Lab) -> None:
    """robots.txt, one listing, three pages: no more is asked, and what came is shown, masked."""
    a_paper(lab)

    done = check(lab, "bao")

    assert done.exit_code == 0, done.output
    assert [each.path for each in lab.server.asked(HOST)][:2] == ["/robots.txt", "/rss"]
    assert len(lab.server.asked(HOST)) == 5
    assert "2026-11-20" in done.output
    assert "3 pages, 3 posts, 0 fact-checks; 0 without a date" in done.output
    assert AUTHOR not in done.output
    assert PHONE not in done.output


def test_looking_leaves_no_trace_for_a_crawl(lab: Lab) -> None:
    """No fate, no validator, no capture: the first crawl fetches the pages all the same."""
    a_paper(lab)
    check(lab, "bao", "--save")
    lab.crawl()

    assert not list(lab.settings.data_dir.glob("captures/probe*"))
    assert set(lab.fates().values()) >= {Fate.FETCHED}
    assert len(lab.server.asked(HOST, "/0")) == 2


def test_a_source_is_saved_and_switched_on(lab: Lab) -> None:
    """With --save its page and expected post lie beside its file, which says verified."""
    a_paper(lab)

    done = check(lab, "bao", "--save")

    loaded = load_source(lab.sources / "bao.py")
    assert done.exit_code == 0, done.output
    assert loaded.source.status is SourceStatus.VERIFIED
    assert faults(loaded, lab.sources / "saved" / "bao") == []
    assert "bao: well (verified)" in check(lab).output


def test_a_saved_page_that_gives_something_else_is_told(lab: Lab) -> None:
    """Without names the saved pages are tried, without a request."""
    a_paper(lab)
    check(lab, "bao", "--save")
    asked = len(lab.server.asked(HOST))
    home = lab.sources / "saved" / "bao"
    (home / "page.html").write_text(HTML.replace("sáng sớm", "nửa đêm"), encoding="utf-8")

    done = check(lab)

    assert done.exit_code == 1
    assert "bao: extraction gives something else" in done.output
    assert len(lab.server.asked(HOST)) == asked


def test_pages_without_a_post_switch_nothing_on(lab: Lab) -> None:
    """A source that answers with a login wall stays off, and nothing is saved."""
    a_paper(lab, "<title>Đăng nhập</title><h1>Đăng nhập</h1><input type=password>")

    done = check(lab, "bao", "--save")

    assert done.exit_code == 1
    assert "login_wall" in done.output
    assert "it stays as it is" in done.output
    assert load_source(lab.sources / "bao.py").source.status is SourceStatus.CONFIGURED
    assert not (lab.sources / "saved").exists()


def test_robots_are_obeyed(lab: Lab) -> None:
    """What robots.txt forbids is not asked for, by nobody."""
    a_paper(lab)
    lab.server.on(HOST, "/robots.txt", "User-agent: *\nDisallow: /\n")

    done = check(lab, "bao")

    assert done.exit_code == 1
    assert "robots.txt forbids it" in done.output
    assert [each.path for each in lab.server.asked(HOST)] == ["/robots.txt"]


def test_without_a_network_a_sentence_says_so(lab: Lab) -> None:
    """Nobody listens: which host can't be reached is said, and the status is 1."""
    lab.settings = msgspec.structs.replace(lab.settings, host_map=((HOST, "127.0.0.1:9"),))
    lab.source("bao", f"http://{HOST}/rss", status="configured")

    done = check(lab, "bao")

    assert done.exit_code == 1
    assert "bao.example can't be reached" in done.output
    assert "is there a network?" in done.output
    assert "Traceback" not in done.output


def test_a_listing_that_is_none_is_told(lab: Lab, tmp_path: Path) -> None:
    """What kept a source from being read is the crawl's own word; another one is none the worse."""
    a_paper(lab)
    lab.host("khac.example")
    lab.server.on("khac.example", "/rss", "no feed at all")
    lab.source("an_khac", "http://khac.example/rss", status="configured")
    found = {}
    for name in ("an_khac", "bao"):
        (tmp_path / name).mkdir()
        loaded = load_source(lab.sources / f"{name}.py")
        found[name] = probe(lab.settings, loaded, tmp_path / name)

    assert "listing" in found["an_khac"].error
    assert len(found["bao"].pages) == PAGES


def test_an_unknown_name_and_a_missing_one_are_told(lab: Lab) -> None:
    """A name that is none names those that are; --save wants names."""
    assert isinstance(check(lab, "nothing").exception, SourceError)
    assert isinstance(check(lab, "--save").exception, InputError)


def test_an_index_of_sitemaps_is_followed_to_its_pages(lab: Lab) -> None:
    """Three listings at most: an index, one of its sitemaps, and the pages of that."""
    lab.host(HOST)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    entry = f"<sitemap><loc>http://{HOST}/{{}}.xml</loc></sitemap>"
    index = "".join(entry.format(number) for number in range(5))
    lab.server.on(HOST, "/sitemap.xml", f'<sitemapindex xmlns="{space}">{index}</sitemapindex>')
    urls = "".join(f"<url><loc>http://{HOST}/p{number}</loc></url>" for number in range(9))
    lab.server.on(HOST, "/0.xml", f'<urlset xmlns="{space}">{urls}</urlset>')
    for number in range(9):
        lab.server.on(HOST, f"/p{number}", HTML)
    lab.source("bao", f"http://{HOST}/sitemap.xml", spider="sitemap", status="configured")

    done = check(lab, "bao")

    assert done.exit_code == 0, done.output
    assert len(lab.server.asked(HOST)) == 6
