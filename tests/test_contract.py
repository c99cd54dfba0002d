"""The contract of `analyse`, line by line and text by text, kept by the real command line."""

import json
import unicodedata
from pathlib import Path

import pytest

from kiemchung.text import TEXT_LIMIT
from kiemchung.vocabulary import SignalLabel
from tests.command_line import CHECK, DENIAL, REPEAT, SCAM, Cli, post, spans


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Return the command line in an empty folder."""
    return Cli(tmp_path)


def test_the_order_of_the_input_is_kept(cli: Cli) -> None:
    """Output lines come as the input's, whatever the ids; status 0, nothing on standard output."""
    keys = ["9", "a", "10", "Z", "đ", "1"]

    done = cli.run(*(post(key, SCAM) for key in keys))

    assert [line["id"] for line in done.lines] == keys
    assert (done.status, done.stdout) == (0, b"")


BAD: dict[str, str | bytes] = {
    "no JSON": "no JSON",
    "a list": '["a list"]',
    "a string": '"a string"',
    "a number": "17",
    "no id": '{"text": "no id"}',
    "no text": '{"id": "no text"}',
    "a number as id": '{"id": 7, "text": ""}',
    "null as id": '{"id": null, "text": ""}',
    "null as text": '{"id": "n", "text": null}',
    "a number as text": '{"id": "n", "text": 5}',
    "a list as text": '{"id": "n", "text": ["a"]}',
    "a number as title": '{"id": "n", "text": "a", "title": 5}',
    "no time": '{"id": "n", "text": "a", "published_at": "hôm qua"}',
    "NaN": '{"id": "n", "text": "a", "v": NaN}',
    "Infinity": '{"id": "n", "text": "a \\ud800", "v": Infinity}',
    "half a character as id": '{"id": "\\udc00", "text": ""}',
    "cut off": '{"id": "n", "text": "cut off',
    "no UTF-8": b'{"id": "n", "text": "\xff\xfe"}',
    "a surrogate in UTF-8": b'{"id": "n", "text": "\xed\xa0\x80"}',
    "UTF-16": '{"id": "n", "text": ""}'.encode("utf-16-le"),
    "zeros": b"\x00" * 1000,
    "deep lists": "[" * 100_000,
    "deep objects": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "deep and half": '{"id": "n", "text": "\\ud800", "a":' + "[" * 50_000 + "]" * 50_000 + "}",
    "over 10 MB": '{"id": "n", "text": "' + "a" * 10_000_000 + '"}',
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_line_is_said_and_skipped(cli: Cli, bad: str | bytes) -> None:
    """A bad line is told with its number and counted, the others go on, and the status is 1."""
    done = cli.run(post("1", SCAM), bad, post("2", ""))

    assert [line["id"] for line in done.lines] == ["1", "2"]
    assert (done.status, done.stdout) == (1, b"")
    assert "line 2:" in done.stderr
    assert "1 bad line" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_line_of_an_id_is_a_bad_line(cli: Cli) -> None:
    """Ids are unique: the first good line has it."""
    done = cli.run('{"id": "1"}', post("1", SCAM), post("1", "khác"), post("2", ""))

    assert [line["id"] for line in done.lines] == ["1", "2"]
    assert done.of("1")["flags"] != []
    assert "line 3:" in done.stderr
    assert "line 2:" not in done.stderr


def test_blank_lines_count_as_lines(cli: Cli) -> None:
    """An empty line is no record and no error, but the numbers are the file's."""
    done = cli.run("", post("1", ""), "   ", "{")

    assert [line["id"] for line in done.lines] == ["1"]
    assert "line 4:" in done.stderr


def test_unknown_keys_are_ignored(cli: Cli) -> None:
    """Keys that nobody asked for change nothing and come out nowhere."""
    plain = cli.run(post("1", SCAM)).raw

    more = cli.run(post("1", SCAM, author="Ngụy Thị Kể Lại", followers=12, deep={"a": [1]}))

    assert (more.status, more.raw) == (0, plain)


def test_the_forms_of_a_file_are_accepted(cli: Cli) -> None:
    """A byte-order mark and CRLF are no errors, and the last line needs no end."""
    first, second, third = (json.dumps(post(key, SCAM)) for key in "123")

    done = cli.run(f"\ufeff{first}\r", f"{second}\r", third)

    assert [line["id"] for line in done.lines] == ["1", "2", "3"]
    assert done.status == 0


@pytest.mark.parametrize("command", ["analyse", "match"])
def test_an_empty_file_gives_an_empty_file(cli: Cli, command: str) -> None:
    """No line in, no line out, status 0."""
    done = cli.run(checks=[CHECK], command=command)

    assert (done.status, done.lines) == (0, [])


def test_two_runs_give_the_same_bytes(cli: Cli) -> None:
    """Nothing of chance or of the clock is in the output."""
    posts = [post(str(n), text) for n, text in enumerate([SCAM, REPEAT, DENIAL, SCAM, ""])]

    runs = [cli.run(*posts, checks=[CHECK], seed=seed).raw for seed in ("0", "1", "2")]

    assert len(set(runs)) == 1


def test_nothing_is_written_but_the_output(cli: Cli) -> None:
    """Neither a store nor a data folder comes to be."""
    cli.run(post("1", REPEAT), checks=[CHECK])

    found = sorted(path.name for path in cli.folder.rglob("*"))
    assert found == ["checks.jsonl", "out.jsonl", "posts.jsonl"]


def test_the_text_may_stand_in_another_field(cli: Cli) -> None:
    """`--text-field` names it."""
    done = cli.run({"id": "1", "message": SCAM}, options=["--text-field", "message"])

    assert done.flags("1") == [("scam", "unverified")]


def test_an_empty_text_has_a_line(cli: Cli) -> None:
    """An empty text is analysed and found empty."""
    line = cli.run(post("1", "")).of("1")

    assert line == {
        "id": "1", "flags": [], "signals": [], "indicators": [], "matches": [], "story": None,
        "truncated": False,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_offsets_count_in_the_text_as_given(cli: Cli, form: str) -> None:
    """The indicators of a decomposed text lie where it has them."""
    text = unicodedata.normalize(form, SCAM)  # type: ignore[arg-type]

    line = cli.run(post("1", text)).of("1")

    found = {(each["type"], text[each["start"] : each["end"]]) for each in line["indicators"]}
    assert found >= {("bank_account", "0710000000123"), ("zalo", "0912000345"), ("amount", "500k")}
    assert [flag["label"] for flag in line["flags"]] == ["scam"]


def test_offsets_count_code_points(cli: Cli) -> None:
    """What lies before, of whatever width in bytes, counts one by one."""
    text = "😀👨\u200d👩\u200d👧 \u200bđ " + SCAM

    line = cli.run(post("1", text)).of("1")

    zalo = next(each for each in line["indicators"] if each["type"] == "zalo")
    assert text[zalo["start"] : zalo["end"]] == "0912000345"


def test_offsets_are_never_of_the_title(cli: Cli) -> None:
    """A title full of what is looked for adds no span."""
    line = cli.run(post("1", "ừ", title=SCAM)).of("1")

    assert line["indicators"] == []
    assert all(end <= 1 for _, end in spans(line))


def test_a_signal_on_the_whole_post_spans_it(cli: Cli) -> None:
    """It has 0 and the text's length, of the text as given also where the end was not read."""
    texts = {"short": "0912000345", "long": "0912000345 " + "ừ " * TEXT_LIMIT}

    done = cli.run(*(post(key, text) for key, text in texts.items()))

    for key, text in texts.items():
        whole = [each for each in done.of(key)["signals"] if not each["reason"]]
        assert [(each["start"], each["end"]) for each in whole] == [(0, len(text))]


@pytest.mark.parametrize(("length", "truncated"), [(TEXT_LIMIT, False), (TEXT_LIMIT + 1, True)])
def test_a_cut_is_said(cli: Cli, length: int, *, truncated: bool) -> None:
    """`truncated` is true for texts of over 20,000 code points."""
    line = cli.run(post("1", "ừ" * length)).of("1")

    assert line["truncated"] is truncated


def test_signals_and_flags_keep_to_their_lists(cli: Cli) -> None:
    """Signals have learned harms and check-worthiness, flags the five harms, all unverified."""
    texts = [SCAM, REPEAT, "Đập nứt rồi, sẽ vỡ trong đêm nay! Chạy gấp, chia sẻ ngay!", DENIAL]

    done = cli.run(*(post(str(n), text) for n, text in enumerate(texts)))

    labels = {each["label"] for line in done.lines for each in line["signals"]}
    assert {"scam", "check_worthiness"} <= labels <= set(SignalLabel)
    statuses = {each["status"] for line in done.lines for each in line["flags"]}
    assert statuses == {"unverified"}


def test_check_worthiness_alone_is_no_flag(cli: Cli) -> None:
    """A sober fact is worth checking and raises nothing."""
    line = cli.run(post("1", "Ngày 12/11 sở y tế công bố 120 ca sốt xuất huyết ở 5 xã.")).of("1")

    assert max(each["score"] for each in line["signals"]) > 0.6
    assert {each["label"] for each in line["signals"]} == {"check_worthiness"}
    assert line["flags"] == []


def test_near_copies_share_a_story(cli: Cli) -> None:
    """Copies have one story, a text alone has none."""
    done = cli.run(post("1", SCAM), post("2", SCAM + " Nhanh lên!"), post("3", REPEAT))

    assert done.of("1")["story"] == done.of("2")["story"] is not None
    assert done.of("3")["story"] is None


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "1", "text": "gọi \\ud800 zalo 0912000345 \\u0000 \\udfff nhé"}',
        '{"id": "1", "text": "zalo 0912000345", "title": "\\ud800", "url": "http://\\udc00"}',
        '{"id": "1", "text": "\\ud83d\\ude00 zalo 0912000345", "title": null, "url": null}',
    ],
)
def test_half_characters_and_nulls_are_read(cli: Cli, line: str) -> None:
    """Escaped lone surrogates and nulls are JSON: the line is analysed, its offsets hold."""
    text = json.loads(line)["text"]

    done = cli.run(line, checks=[CHECK])

    assert done.status == 0
    assert [text[a:b] for a, b in spans(done.of("1"))][-1] == "0912000345"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "ngân hàng " * 100_000,
        "\u0301" * 1_000_000,
        "\u200b" * 1_000_000,
        "\u202e" + SCAM + "\u200b" * 30_000,
        "<script>alert(1)</script>{{7*7}}${7*7}'; DROP TABLE posts;--",
    ],
    ids=["one word", "1 MB", "marks", "zero width", "reversed", "speaks to a program"],
)
def test_hostile_texts_are_analysed(cli: Cli, text: str) -> None:
    """Whatever the text: one line, spans within it, status 0."""
    done = cli.run(post("1", text), post("2", SCAM), checks=[CHECK])

    assert done.status == 0
    assert all(0 <= start <= end <= len(text) for start, end in spans(done.of("1")))
    assert done.flags("2") == [("scam", "unverified")]
