"""The main job end to end on the demo web: real crawl, real extraction, real stores."""

import random
import re
import shutil
import signal
import subprocess
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.outlets import CONTENT, OUTLETS, load_pages
from demo.server import DemoServer
from kiemchung.crawl_state import open_crawl_state
from kiemchung.masking import find_contacts
from kiemchung.records import Flag, Post
from kiemchung.settings import load_settings
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import Fate, Harm
from tests.demo_runs import PROGRAM, DemoRun, demo_run, read_labels

LATER = frozenset(
    {"nha_nong", "goc_me", "hoi_xe", "huu_tri", "ben_xe", "thu_vien", "con_nuoc", "bep_bo_ke"}
)
"""Outlets that were written when the rules stood: their texts are unseen, so measured apart."""
LEARNED = frozenset(Harm) - {Harm.FALSE_CLAIM}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    """Serve the demo web."""
    with DemoServer() as running:
        yield running


@pytest.fixture(scope="module")
def first(server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Do one undisturbed day's work; its output is kept beside its data."""
    run = demo_run(server, tmp_path_factory.mktemp("demo") / "data")
    done = run.kiemchung("run")
    (run.data / "output.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return run


@pytest.fixture(scope="module")
def flagged(first: DemoRun) -> dict[str, set[Harm]]:
    """Give the labels under which each address was flagged."""
    found: dict[str, set[Harm]] = {}
    with first.store() as store:
        for flag in store.scan(Flag):
            found.setdefault(flag.url, set()).add(flag.label)
    return found


def test_the_summary_names_fates_flags_and_time(first: DemoRun) -> None:
    """Whoever runs it sees what became of the pages."""
    output = (first.data / "output.txt").read_text(encoding="utf-8")

    for word in ("Pages by fate", "robots_denied", "flags: scam", "matches: strong", "posts"):
        assert word in output


def test_each_page_has_one_fate_and_they_add_up(first: DemoRun) -> None:
    """What was asked for is what was counted, and nothing waits."""
    state = open_crawl_state(load_settings(first.environment).crawl_state_url)
    run = str(state.latest_run())
    pages = [fate.url for fate in state.pages_of(run)]
    counts = state.fates_of(run)
    state.close()

    assert len(pages) == len(set(pages)) == sum(sum(by.values()) for by in counts.values())
    assert not any(Fate.FETCHED in by for by in counts.values())
    kinds = {fate for by in counts.values() for fate in by}
    assert {Fate.NEW, Fate.LISTING, Fate.REDIRECTED, Fate.NOT_FOUND, Fate.TIMED_OUT} <= kinds


def test_every_page_of_the_demo_became_its_posts(first: DemoRun) -> None:
    """Each labelled message is one post, by its address."""
    with first.store() as store:
        urls = {post.url for post in store.scan(Post)}

    assert {str(label["url"]) for label in read_labels()} == urls


@pytest.mark.parametrize(("later", "least"), [(False, 0.90), (True, 0.65)])
def test_learned_harms_are_found_and_little_else(
    flagged: dict[str, set[Harm]], *, later: bool, least: float
) -> None:
    """On the texts that the rules were made on (no held-out figure), and on those written later."""
    labels = {str(x["url"]): x for x in read_labels() if (x["outlet"] in LATER) is later}
    wanted = {(u, h) for u, each in labels.items() for h in each["harms"] if h in LEARNED}
    found = {(u, h.value) for u in labels for h in flagged.get(u, ()) if h in LEARNED}

    assert len(wanted & found) / len(found) >= 0.95
    assert len(wanted & found) / len(wanted) >= least


def test_false_claims_are_found_and_nothing_else(flagged: dict[str, set[Harm]]) -> None:
    """What an independent check refutes, and no page that denies or discusses it."""
    labels = read_labels()
    wanted = {str(label["url"]) for label in labels if "false_claim" in label["harms"]}
    found = {url for url, harms in flagged.items() if Harm.FALSE_CLAIM in harms}

    assert len(found & wanted) / len(found) >= 0.90
    assert len(found & wanted) / len(wanted) >= 0.60
    stances = {str(label["url"]): label["stance"] for label in labels}
    assert {stances[url] for url in found} <= {"repeats", None}


def test_protected_speech_stays_out_of_the_queue(flagged: dict[str, set[Harm]]) -> None:
    """Criticism, complaints, satire, protest, religion and grief are not flagged (boundary 5)."""
    protected = {str(label["url"]) for label in read_labels() if label["protected"]}

    assert len(protected) >= 30
    assert protected & set(flagged) == set()


def test_an_authority_about_itself_raises_no_flag(first: DemoRun) -> None:
    """The public body's own check is listed beside the complaint, no more (boundary 4)."""
    with first.store() as store:
        posts = [post for post in store.scan(Post, {"source": "pho_nui"}) if post.matches]
        flags = {flag.post for flag in store.scan(Flag)}
    landfill = [post for post in posts if "gieng-nha-canh-doi-tram" in post.url]

    assert landfill
    assert not {post.id for post in landfill} & flags


def authors() -> set[str]:
    """Return every author name, nickname and claimant that the demo's pages carry."""
    names = set()
    for file in CONTENT.rglob("*.txt"):
        text = file.read_text(encoding="utf-8")
        names |= set(re.findall(r"^(?:author|claim_author): *(.+)$", text, re.MULTILINE))
        names |= set(re.findall(r"^=== *(.+?) *\|", text, re.MULTILINE))
    return {name.strip() for name in names if len(name.strip()) > 3}


def test_no_author_reaches_store_index_log_or_output(first: DemoRun) -> None:
    """Messages, never people: only the sealed captures hold a byline (boundary 1)."""
    names = [form for name in authors() for form in _forms(name)]
    leaks = []
    for file in first.data.rglob("*"):
        if file.is_file() and "captures" not in file.parts:
            content = file.read_bytes()
            leaks += [(file.name, name) for name in names if name.encode() in content]

    assert len(names) > 150
    assert leaks == []


def _forms(name: str) -> set[str]:
    return {name, unicodedata.normalize("NFD", name), name.upper()}


def test_no_contact_is_stored_unmasked(first: DemoRun) -> None:
    """Phones, accounts, handles and mails are masked before the first write (boundary 8)."""
    with first.store() as store:
        dump = canonical_dump(store).decode()
    contacts = {
        text[each.start : each.end]
        for file in CONTENT.rglob("*.txt")
        for text in [file.read_text(encoding="utf-8")]
        for each in find_contacts(text)
    }

    assert len(contacts) > 40
    assert [contact for contact in contacts if contact in dump] == []


def test_the_old_encoding_comes_out_right(first: DemoRun) -> None:
    """The page in windows-1258 has the text that its writer wrote."""
    pages = [page for outlet in OUTLETS for page in load_pages(outlet)]
    (page,) = [page for page in pages if page.encoding == "windows-1258"]
    with first.store() as store:
        (post,) = [post for post in store.scan(Post) if page.slug in post.url]

    assert post.title == page.title
    assert post.text.split() == page.text.split()


def test_what_robots_forbids_was_never_asked_for(first: DemoRun) -> None:
    """The gate is before the queue, and says who asks; nothing but GET leaves (boundaries 6, 7)."""
    requests = first.server.log

    assert not [request for request in requests if "/noi-bo/" in request.path]
    assert {request.method for request in requests} == {"GET"}
    assert {request.user_agent for request in requests} == {
        "kiemchung/0.1 (+tests@kiemchung.example)"
    }


def test_a_second_run_fetches_only_what_changed(tmp_path: Path) -> None:
    """Unchanged pages answer 304 and nothing is stored twice; one edited page is one revision."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    with DemoServer(content=content) as server:
        run = demo_run(server, tmp_path / "data")
        assert run.kiemchung("run").returncode == 0
        with run.store() as store:
            before = canonical_dump(store)
        page = next((content / "xom_cho").glob("101.txt"))
        page.write_text(page.read_text(encoding="utf-8") + "\n\nThêm một dòng nữa.\n", "utf-8")
        asked = len(server.log)
        assert run.kiemchung("run").returncode == 0
        answers = Counter(request.status for request in server.log[asked:])
        with run.store() as store:
            after = canonical_dump(store)
            (post,) = [post for post in store.scan(Post) if post.url.endswith("/kenh/101")]

    assert (post.edition, post.text.endswith("Thêm một dòng nữa.")) == (2, True)
    assert answers[304] > 220
    # Nothing more but the edition that the page had before.
    assert len(after.splitlines()) == len(before.splitlines()) + 1
    changed = set(before.splitlines()) ^ set(after.splitlines())
    assert all(b"/kenh/101" in line or post.id.encode() in line for line in changed)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_run_repeated_ends_in_the_same_store(
    first: DemoRun, tmp_path: Path, seed: int
) -> None:
    """`kill -9` at a random moment loses nothing and doubles nothing (F1)."""
    run = demo_run(first.server, tmp_path / "data")
    with subprocess.Popen(
        [PROGRAM, "run"], env=run.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        time.sleep(random.Random(seed).uniform(1.0, 8.0))
        process.send_signal(signal.SIGKILL)

    assert run.kiemchung("run").returncode == 0
    with run.store() as store, first.store() as undisturbed:
        assert canonical_dump(store) == canonical_dump(undisturbed)


def test_the_other_store_is_a_url(first: DemoRun, tmp_path: Path, elasticsearch_url: str) -> None:
    """The same day's work on Elasticsearch ends in the same records."""
    prefix = f"demo-{tmp_path.name}".lower().replace("_", "-")
    run = demo_run(
        first.server,
        tmp_path / "data",
        KIEMCHUNG_STORE_URL=elasticsearch_url,
        KIEMCHUNG_INDEX_PREFIX=prefix,
    )

    done = run.kiemchung("run")

    assert done.returncode == 0, done.stderr
    with run.store() as store, first.store() as embedded:
        assert canonical_dump(store) == canonical_dump(embedded)
        assert [hit.record.id for hit in store.search(Flag, "da nang dap song may")] == []
        assert store.search(Flag, "dap song may")
