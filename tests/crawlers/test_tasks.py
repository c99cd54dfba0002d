"""One run in several processes, as Airflow's mapped tasks: each answers for its own sources."""

import subprocess
from contextlib import closing

import msgspec
import pytest

from crawlers.run import environment_of
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab
from tests.crawlers.pages import FETCHED
from tests.demo_runs import PROGRAM

HOST = "bao.example"
SITE = f"http://{HOST}"


@pytest.fixture
def paper(lab: Lab) -> Lab:
    """Serve a newspaper of two articles."""
    lab.host(HOST)
    lab.articles(HOST, 2)
    lab.source("bao", f"{SITE}/rss", min_posts=2)
    return lab


def kiemchung(lab: Lab, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line on the sources of `lab`."""
    return subprocess.run(
        [PROGRAM, *arguments],
        env=environment_of(lab.settings),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["crawl", "run"])
def test_what_waits_of_another_task_is_that_tasks(paper: Lab, command: str) -> None:
    """A task ends well, and counts its own pages, while another source's still wait."""
    theirs = PageFate(
        run="air", source="khac", url="http://khac.example/1", fate=Fate.FETCHED, at=FETCHED
    )
    with closing(paper.state()) as state:
        state.record([msgspec.structs.replace(theirs, capture="0" * 64)])

    done = kiemchung(paper, command, "--run", "air", "--source", "bao")

    assert done.returncode == 0, done.stderr
    rows = [line.split("│") for line in done.stdout.splitlines() if "│" in line]
    table = {cells[1].strip(): cells[2].strip() for cells in rows}
    assert table["all"] == table["asked for"] == "3"


def test_a_source_that_is_named_twice_is_read_once(paper: Lab) -> None:
    """Its pages are asked for once, and are all had."""
    done = kiemchung(paper, "crawl", "--run", "r1", "--source", "bao", "--source", "bao")

    assert done.returncode == 0, done.stderr
    assert len(paper.server.asked(HOST, "/rss")) == 1
    assert len(paper.fates()) == 3


@pytest.mark.parametrize("name", ["-x", "--due", "a b"])
def test_a_run_may_have_any_name(paper: Lab, name: str) -> None:
    """One that looks like an option is a name all the same."""
    done = kiemchung(paper, "crawl", f"--run={name}")

    assert done.returncode == 0, done.stderr
    assert len(paper.fates(name)) == 3
