"""F3: what an Elasticsearch that fails does to the store: one clear sentence, nothing lost."""

import base64
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from kiemchung.errors import StoreError
from kiemchung.records import FactCheck, Flag, Post, Story
from kiemchung.store import _elasticsearch_wire
from kiemchung.store.elasticsearch import ElasticsearchStore
from tests.conftest import start_elasticsearch, stop_elasticsearch
from tests.store import fault_proxy
from tests.store.conftest import Open
from tests.store.fault_proxy import Fault, FaultProxy
from tests.store.samples import cases, make_check, make_flag, make_post, make_story

SECRET = "secret-key-do-not-show"


@pytest.fixture
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits between attempts; their number stays."""
    monkeypatch.setattr(_elasticsearch_wire, "BACK_OFF", (0.01, 0.01, 0.02, 0.02, 0.05))


@pytest.fixture
def proxy(
    elasticsearch_url: str, open_elasticsearch: Open, _short_waits: None
) -> Iterator[FaultProxy]:
    """Give a proxy before the real node, whose store is there and empty."""
    open_elasticsearch().close()
    with FaultProxy(elasticsearch_url) as running:
        yield running


@pytest.fixture
def store(proxy: FaultProxy, shared_prefix: str) -> Iterator[ElasticsearchStore]:
    """Give a store that talks through the proxy."""
    opened = ElasticsearchStore(proxy.url, SECRET, shared_prefix, timeout=2)
    yield opened
    opened.close()


def flags(count: int) -> list[Flag]:
    """Return `count` different flags."""
    return [make_flag(f"f{place:03}") for place in range(count)]


# --- faults that pass ---------------------------------------------------------------------------

PASSING: dict[str, Fault] = {
    "429": fault_proxy.status(429, "es_rejected_execution_exception"),
    "503": fault_proxy.status(503, "no_master_block"),
    "502 of a proxy": fault_proxy.status(502),
    "dropped before": fault_proxy.drop,
    "died in the middle": fault_proxy.drop_after,
    "answer cut off": fault_proxy.cut,
    "items turned down": fault_proxy.busy_items(3),
    "items unavailable": fault_proxy.fail_items(503, "unavailable_shards_exception", "", 2),
}


@pytest.mark.parametrize("name", cases(PASSING, "429", "died in the middle", "items turned down"))
def test_a_bulk_write_survives_what_passes(
    store: ElasticsearchStore, proxy: FaultProxy, name: str
) -> None:
    """A fault that passes costs time and nothing else: every record is there, once."""
    proxy.fail("_bulk", PASSING[name], times=2)

    assert store.put(flags(50)) == []
    assert proxy.broken == 2
    assert set(store.get(Flag, [f.id for f in flags(50)])) == {f.id for f in flags(50)}
    assert store.count(Flag) == {"": 50}


@pytest.mark.parametrize(
    "name", cases(["dropped before", "died in the middle", "answer cut off"], "died in the middle")
)
def test_a_replacement_is_not_lost_to_itself(
    store: ElasticsearchStore, proxy: FaultProxy, name: str
) -> None:
    """A replacement that was done but not answered is repeated, and is no conflict."""
    store.put([make_flag()])
    proxy.fail("_bulk", PASSING[name], times=1)

    assert store.replace_if_version([make_flag(priority=9)]) == []
    assert store.get(Flag, ["flag-1"])["flag-1"] == make_flag(priority=9, revision=2)


@pytest.mark.parametrize("path", cases(["_search", "_mget", "_count", "_pit", "_refresh"], "_mget"))
def test_reads_survive_what_passes(store: ElasticsearchStore, proxy: FaultProxy, path: str) -> None:
    """A read is asked again, whatever request of it fails."""
    store.put(flags(20))
    proxy.fail(path, fault_proxy.status(503), times=1)
    proxy.fail(path, fault_proxy.drop, times=1)

    assert len(list(store.scan(Flag))) == 20
    assert store.count(Flag) == {"": 20}
    assert len(store.get(Flag, [f.id for f in flags(20)])) == 20
    assert len(store.search(Flag, "chanh")) == 20
    assert proxy.broken == 2


@pytest.mark.faults
def test_one_slow_answer_is_waited_for(store: ElasticsearchStore, proxy: FaultProxy) -> None:
    """A request that timed out once is repeated."""
    proxy.fail("_bulk", fault_proxy.slow(3), times=1)

    assert store.put(flags(3)) == []
    assert store.count(Flag) == {"": 3}


# --- faults that stay ---------------------------------------------------------------------------

STAYING: dict[str, tuple[Fault, str]] = {
    "down": (fault_proxy.drop, "can't be reached"),
    "429": (fault_proxy.status(429, "circuit_breaking_exception"), "too busy"),
    "503": (fault_proxy.status(503, "master_not_discovered_exception"), "not available"),
    "wrong key": (
        fault_proxy.status(401, "security_exception", f"unable to authenticate {SECRET}"),
        "KIEMCHUNG_STORE_API_KEY",
    ),
    "expired key": (
        fault_proxy.status(401, "security_exception", "api key is expired"),
        "has expired",
    ),
    "no rights": (fault_proxy.status(403, "security_exception"), "rights"),
    "read-only": (
        fault_proxy.status(
            403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/index write (api)];"
        ),
        "blocks writing",
    ),
    "disk full": (
        fault_proxy.status(429, "cluster_block_exception", "index [x] blocked by: disk"),
        "make room",
    ),
    "all items turned down": (fault_proxy.busy_items(1), "too busy"),
    "items blocked": (
        fault_proxy.fail_items(403, "cluster_block_exception", "index [x] blocked", 2),
        "blocks writing",
    ),
    "alias gone": (
        fault_proxy.fail_items(404, "index_not_found_exception", "no such index", 1),
        "store init",
    ),
    "internal error": (fault_proxy.status(500, "null_pointer_exception"), "answers 500"),
    "page of a web server": (lambda _: fault_proxy.Answer(200, b"<html>Oops"), "can't be read"),
}


@pytest.mark.parametrize(
    "name", cases(STAYING, "down", "wrong key", "expired key", "disk full", "items blocked")
)
def test_what_stays_is_said_in_a_sentence(
    store: ElasticsearchStore, proxy: FaultProxy, name: str
) -> None:
    """A lasting fault is a StoreError that names the store and what to do, and hides the key."""
    fault, said = STAYING[name]
    proxy.fail("_bulk", fault)

    with pytest.raises(StoreError, match=said) as caught:
        store.put(flags(5))

    assert proxy.url in str(caught.value)
    assert SECRET not in str(caught.value)
    assert proxy.broken <= 6


def test_answers_that_never_come_are_given_up(store: ElasticsearchStore, proxy: FaultProxy) -> None:
    """A cluster that keeps on timing out is given up after the second time."""
    proxy.fail("_bulk", fault_proxy.slow(3))

    with pytest.raises(StoreError, match="can't be reached"):
        store.put(flags(2))

    assert proxy.broken == 2


def test_a_request_too_large_for_a_proxy_is_halved(
    store: ElasticsearchStore, proxy: FaultProxy
) -> None:
    """What the way refuses as too large is sent in parts; one record too large is returned."""
    proxy.fail("_bulk", fault_proxy.status(413), times=3)

    rejected = store.put(flags(4))

    # Four, two and one were refused; then one went through, and the other two.
    assert [(bad.id, bad.cause) for bad in rejected] == [("f000", "request_too_large (413)")]
    assert store.count(Flag) == {"": 3}


def test_what_the_mapping_refuses_goes_to_quarantine_alone(
    store: ElasticsearchStore, proxy: FaultProxy
) -> None:
    """A partial failure returns the bad records, with a cause that quotes nothing of them."""
    reason = "failed to parse field [priority] of type [long]. Preview of field's value: 'lừa đảo'"
    proxy.fail("_bulk", fault_proxy.fail_items(400, "document_parsing_exception", reason, 4))

    rejected = store.put(flags(8))

    assert [bad.id for bad in rejected] == ["f000", "f004"]
    assert {bad.cause for bad in rejected} == {"document_parsing_exception (400) in priority"}


def test_items_that_stay_busy_are_returned_when_others_landed(
    store: ElasticsearchStore, proxy: FaultProxy
) -> None:
    """A record that is turned down to the end, while others land, is returned as not taken."""
    proxy.fail("_bulk", fault_proxy.fail_items(429, "es_rejected_execution_exception", "", 50))

    rejected = store.put(flags(60))

    assert [bad.id for bad in rejected] == ["f000", "f050"] or len(rejected) == 1
    assert all("429" in bad.cause for bad in rejected)


# --- opening ------------------------------------------------------------------------------------

WRONG: dict[str, tuple[Any, str]] = {
    "version 9": ({"version": {"number": "9.1.0"}}, "Elasticsearch 9.1.0"),
    "version 7": ({"version": {"number": "7.17.0"}}, "Elasticsearch 7.17.0"),
}


@pytest.mark.parametrize("name", cases(WRONG, "version 9"))
def test_another_version_is_refused(proxy: FaultProxy, name: str) -> None:
    """A cluster of another major version is named at once, before anything is written."""
    answer, said = WRONG[name]
    proxy.rules.append(
        fault_proxy.Rule("/", fault_proxy.rewrite(lambda given: {**given, **answer}), 1)
    )

    with pytest.raises(StoreError, match=said):
        ElasticsearchStore(proxy.url, prefix="never")


@pytest.mark.usefixtures("_short_waits")
def test_no_elasticsearch_there() -> None:
    """A port where nothing listens, and an address that is none, are said in a sentence."""
    with pytest.raises(StoreError, match=r"can't be reached.*start it"):
        ElasticsearchStore("http://127.0.0.1:9", prefix="never")
    with pytest.raises(StoreError, match="http"):
        ElasticsearchStore("http://nowhere", prefix="never")


@pytest.mark.usefixtures("_short_waits")
def test_passwords_in_addresses_are_hidden() -> None:
    """An error names the address without the password in it."""
    with pytest.raises(StoreError) as caught:
        ElasticsearchStore(f"http://me:{SECRET}@127.0.0.1:9", prefix="never")

    assert SECRET not in str(caught.value)
    assert "127.0.0.1:9" in str(caught.value)


def test_a_mapping_conflict_is_said(
    elasticsearch_url: str, raw: Elasticsearch, prefix: str
) -> None:
    """An index of our name with another mapping is refused at opening, and said by field."""
    raw.indices.create(
        index=f"{prefix}-flags-1",
        aliases={f"{prefix}-flags": {}},
        mappings={"dynamic": "strict", "properties": {"label": {"type": "long"}}},
    )

    with pytest.raises(StoreError, match=r"label has another type.*_reindex"):
        ElasticsearchStore(elasticsearch_url, prefix=prefix)


@pytest.mark.faults
def test_an_index_in_the_place_of_an_alias_is_said(
    elasticsearch_url: str, raw: Elasticsearch, prefix: str
) -> None:
    """An index that has the name of our alias is refused at opening."""
    raw.indices.create(index=f"{prefix}-flags")

    with pytest.raises(StoreError, match=rf"{prefix}-flags-1 can't be made"):
        ElasticsearchStore(elasticsearch_url, prefix=prefix)
    raw.indices.delete(index=f"{prefix}-flags")


def test_missing_fields_are_added(elasticsearch_url: str, raw: Elasticsearch, prefix: str) -> None:
    """An index of an older version gets the fields that it lacks."""
    raw.indices.create(
        index=f"{prefix}-stories-1",
        aliases={f"{prefix}-stories": {}},
        mappings={"properties": {"id": {"type": "keyword"}, "size": {"type": "long"}}},
    )

    store = ElasticsearchStore(elasticsearch_url, prefix=prefix)

    assert store.put([make_story()]) == []
    assert store.check() == []
    store.close()


@pytest.mark.faults
def test_many_open_a_new_store_at_once(elasticsearch_url: str, prefix: str) -> None:
    """Making the indices is no race: all of several openers get the same store."""
    opened: list[ElasticsearchStore] = []
    threads = [
        threading.Thread(
            target=lambda: opened.append(ElasticsearchStore(elasticsearch_url, prefix=prefix))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for place, store in enumerate(opened):
        assert store.put([make_post(str(place)), make_story(str(place))]) == []
    assert len(opened) == 4
    assert set(opened[0].get(Post, ["0", "1", "2", "3"])) == {"0", "1", "2", "3"}
    for store in opened:
        store.close()


# --- the node itself ----------------------------------------------------------------------------


def test_a_read_only_index_is_said_and_found(
    elasticsearch_url: str, raw: Elasticsearch, prefix: str
) -> None:
    """A real write block is an error of put and a sentence of check, until it is taken off."""
    store = ElasticsearchStore(elasticsearch_url, prefix=prefix)
    raw.indices.put_settings(index=f"{prefix}-flags", settings={"index.blocks.write": True})

    with pytest.raises(StoreError, match=r"blocks writing.*_settings"):
        store.put([make_flag()])
    assert any("blocked" in sentence for sentence in store.check())

    raw.indices.put_settings(index=f"{prefix}-flags", settings={"index.blocks.write": None})
    assert store.put([make_flag()]) == []
    assert store.check() == []
    store.close()


def test_a_missing_alias_is_said(elasticsearch_url: str, raw: Elasticsearch, prefix: str) -> None:
    """An index that was deleted is missed, not made anew with a mapping of its own."""
    store = ElasticsearchStore(elasticsearch_url, prefix=prefix)
    raw.indices.delete(index=f"{prefix}-flags-1")

    for ask in (
        lambda: store.put([make_flag()]),
        lambda: store.get(Flag, ["flag-1"]),
        lambda: list(store.scan(Flag)),
        lambda: store.count(Flag),
    ):
        with pytest.raises(StoreError, match="store init"):
            ask()
    assert any(f"alias {prefix}-flags is missing" in sentence for sentence in store.check())
    assert not raw.indices.exists(index=f"{prefix}-flags")
    store.close()


@pytest.mark.faults
def test_a_real_mapping_conflict_hits_one_kind_alone(
    elasticsearch_url: str, raw: Elasticsearch, prefix: str
) -> None:
    """Documents that the index itself refuses come back, and the rest of the batch lands."""
    store = ElasticsearchStore(elasticsearch_url, prefix=prefix)
    raw.indices.delete(index=f"{prefix}-stories-1")
    raw.indices.create(
        index=f"{prefix}-stories-1",
        aliases={f"{prefix}-stories": {}},
        mappings={"dynamic": "strict", "properties": {"id": {"type": "keyword"}}},
    )

    rejected = store.put([make_flag(), make_story(), make_check("c", "chanh")])

    assert [bad.id for bad in rejected] == ["story-1"]
    assert "strict_dynamic_mapping_exception" in rejected[0].cause
    assert store.get(FactCheck, ["c"])
    assert any("missing" in sentence for sentence in store.check())
    store.close()


@pytest.fixture(scope="module")
def secured() -> Iterator[dict[str, Any]]:
    """Give the state of a node with security on."""
    name = f"tests-secured-{uuid.uuid4().hex[:6]}"
    yield start_elasticsearch(name, "--security")
    stop_elasticsearch(name)


def admin(secured: dict[str, Any]) -> Elasticsearch:
    """Return a client of the node's superuser."""
    return Elasticsearch(secured["url"], basic_auth=(secured["username"], secured["password"]))


WRITER = {
    "writer": {
        "cluster": ["monitor"],
        "indices": [
            {
                "names": ["kc-*"],
                "privileges": [
                    "create_index", "read", "write", "maintenance", "view_index_metadata", "manage",
                ],
            }
        ],
    }
}  # fmt: skip


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_keys_of_a_secured_cluster(secured: dict[str, Any]) -> None:
    """A writer's key works; none, a wrong, a foreign, a reader's and an expired one are named."""
    with admin(secured) as client:
        key = client.security.create_api_key(name="w", role_descriptors=WRITER)["encoded"]
        short = client.security.create_api_key(name="s", role_descriptors=WRITER, expiration="1s")[
            "encoded"
        ]
        reading = {
            "r": {
                "cluster": ["monitor"],
                "indices": [{"names": ["kc-*"], "privileges": ["read", "view_index_metadata"]}],
            }
        }
        reader = client.security.create_api_key(name="r", role_descriptors=reading)["encoded"]
    store = ElasticsearchStore(secured["url"], key, "kc")

    assert store.put([make_flag(), make_post()]) == []
    assert len(store.search(Flag, "chanh")) == 1
    assert store.check() == []
    only_reads = ElasticsearchStore(secured["url"], reader, "kc")
    with pytest.raises(StoreError, match="rights"):
        only_reads.put([make_flag()])
    assert only_reads.get(Flag, ["flag-1"])
    time.sleep(2)
    wrong = base64.b64encode(b"nobody:nothing").decode()
    for bad, said in (("", "API_KEY"), (wrong, "API_KEY"), (short, "expired")):
        with pytest.raises(StoreError, match=said) as caught:
            ElasticsearchStore(secured["url"], bad, "kc")
        assert not bad or bad not in str(caught.value)
    with pytest.raises(StoreError, match="rights"):
        ElasticsearchStore(secured["url"], key, "foreign")
    store.close()
    only_reads.close()


@pytest.fixture
def three_nodes() -> Iterator[dict[str, Any]]:
    """Give the state of a cluster of three nodes."""
    name = f"tests-three-{uuid.uuid4().hex[:6]}"
    yield start_elasticsearch(name, "--nodes", "3", "--timeout", "300")
    stop_elasticsearch(name)


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_the_master_killed_in_a_bulk_load(three_nodes: dict[str, Any]) -> None:
    """`kill -9` of the elected master during a load loses no record that was taken."""
    store = ElasticsearchStore(",".join(three_nodes["urls"]), prefix="kc")
    with Elasticsearch(three_nodes["url"]) as client:
        client.cluster.health(wait_for_status="green", timeout="60s")
        master = client.cat.master(h="node").strip()
    (victim,) = [node for node in three_nodes["nodes"] if node["name"] == master]

    for start in range(0, 3_000, 250):
        if start == 1_000:
            os.kill(victim["server_pid"], signal.SIGKILL)
        stories = [make_story(f"s{place:04}") for place in range(start, start + 250)]
        assert store.put(stories) == []

    assert store.count(Story) == {"": 3_000}
    assert len(list(store.scan(Story))) == 3_000
    store.close()
