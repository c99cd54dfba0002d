"""The labels of the demo web: complete, in sync, and true to the boundaries."""

import shutil
from pathlib import Path

import pytest

from demo.labels import LABELS, Label, build_labels, encode, read_checks
from demo.outlets import CONTENT, OUTLETS, load_pages
from kiemchung.errors import InputError
from kiemchung.vocabulary import Harm, Stance


@pytest.fixture(scope="module")
def labels() -> list[Label]:
    """Return the labels as they would be written now."""
    return build_labels()


def test_the_shipped_labels_are_in_sync(labels: list[Label]) -> None:
    """`demo/labels.jsonl` is what the writers' labels make of it."""
    assert LABELS.read_text(encoding="utf-8") == encode(labels)


def test_every_post_is_labelled_once(labels: list[Label]) -> None:
    """Each page and each reply has exactly one label, found by its address."""
    posts = [
        outlet.url_of(name)
        for outlet in OUTLETS
        for page in load_pages(outlet)
        for name in (page.slug, *(f"{page.slug}#{reply.number}" for reply in page.replies))
    ]

    assert sorted(label.url for label in labels) == sorted(posts)


def test_false_claim_needs_an_independent_check_and_a_repeat(labels: list[Label]) -> None:
    """`false_claim` is given where an independent check refutes what the post repeats."""
    refuting = {check.url for check in read_checks().values() if check and check.refutes}
    false = {label.url for label in labels if Harm.FALSE_CLAIM in label.harms}

    assert len(false) >= 10
    assert false == {
        label.url
        for label in labels
        if label.fact_check in refuting and label.stance is Stance.REPEATS
    }


def test_what_an_authority_says_about_itself_makes_no_false_claim(labels: list[Label]) -> None:
    """The complaints about the landfill that the authority calls false carry no harm."""
    complaints = [label for label in labels if "gieng-nha-canh-doi-tram" in label.url]

    assert len(complaints) >= 2
    assert all(label.fact_check is None and not label.harms for label in complaints)


def test_protected_speech_is_never_harmful(labels: list[Label]) -> None:
    """No text marked as protected has a harm (boundary 5)."""
    protected = [label for label in labels if label.protected]

    assert len(protected) >= 30
    assert [label.url for label in protected if label.harms] == []


def test_every_harm_occurs(labels: list[Label]) -> None:
    """The demo shows each of the five harms."""
    assert {harm for label in labels for harm in label.harms} == set(Harm)


def test_chains_have_several_copies(labels: list[Label]) -> None:
    """A chain message is met at least three times."""
    chains = [label.chain for label in labels if label.chain]

    assert len(set(chains)) >= 3
    assert min(map(chains.count, chains)) >= 3


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('"page": "101"', '"page": "102"', "101"),
        ('"claim": null', '"claim": "C99"', "C99"),
        ('"harms": []', '"harms": ["politics"]', "politics"),
    ],
)
def test_a_wrong_label_is_refused(tmp_path: Path, old: str, new: str, word: str) -> None:
    """A post without label, an unknown claim and a label outside the list are errors."""
    content = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    file = content / "xom_cho" / "labels.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(InputError, match=word):
        build_labels(content)
