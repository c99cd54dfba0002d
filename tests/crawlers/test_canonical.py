"""Addresses that differ and are the same."""

import pytest

from crawlers.canonical import bare, same_listing

SESSION = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://bao.example/1?utm_source=zalo&utm_medium=x", "http://bao.example/1"),
        ("http://bao.example/1?id=5&fbclid=IwAR0&gclid=2", "http://bao.example/1?id=5"),
        ("http://bao.example/1?PHPSESSID=k3j2&id=5", "http://bao.example/1?id=5"),
        (f"http://bao.example/1?s={SESSION}&p=2", "http://bao.example/1?p=2"),
        ("http://bao.example/1?sid=a1b2c3d4", "http://bao.example/1"),
        ("http://bao.example/1;jsessionid=A1.node2?x=1", "http://bao.example/1?x=1"),
        (f"http://bao.example/(S({SESSION[:24]}))/1", "http://bao.example/1"),
        ("http://bao.example:80/1#binh-luan", "http://bao.example/1"),
        ("https://bao.example:443/", "https://bao.example/"),
        ("http://[2001:DB8::1]:80/1", "http://[2001:db8::1]/1"),
        ("http://BAO.example.:/1", "http://bao.example/1"),
        ("http://báo.example:8080/1", "http://xn--bo-mia.example:8080/1"),
        ("http://reader:word@bao.example/1", "http://bao.example/1"),
    ],
)
def test_what_names_a_reader_goes(url: str, expected: str) -> None:
    """Trackers, session ids, default ports and fragments are no part of a page's address."""
    assert bare(url) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/../rieng/1", "/rieng/1"),
        ("/./rieng/2", "/rieng/2"),
        ("/%2e%2E/rieng/4", "/rieng/4"),
        ("/x/%2e./rieng/7", "/rieng/7"),
        ("/.well-known/../../rieng/8", "/rieng/8"),
        ("/a/b/..", "/a/"),
        ("/a/.?x=/../b", "/a/?x=/../b"),
        ("", "/"),
        ("?q=1", "/?q=1"),
        ("/a/...//.b/b..c/", "/a/...//.b/b..c/"),
    ],
)
def test_a_path_is_what_the_host_will_make_of_it(path: str, expected: str) -> None:
    """robots.txt is asked of the path that is meant: no steps up or on the spot, never empty."""
    assert bare(f"http://bao.example{path}") == f"http://bao.example{expected}"


@pytest.mark.parametrize(
    "url",
    [
        "http://bao.example/1?sid=12345",
        "http://bao.example/?s=tin+gi%E1%BA%A3",
        "http://bao.example/1?id=5&page=2&b=&a",
        "http://bao.example:8080/a/",
        "http://bao.example/a%2Fb?x=%C3%AA",
        "https://[2001:db8::1]/1",
    ],
)
def test_what_may_decide_the_page_stays(url: str) -> None:
    """A story's number, a search, a page's number, a port of its own, the spelling of a path."""
    assert bare(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://bao.example/rss",
        "http://bao.example/rss/",
        "http://BAO.example:80/rss",
        "http://bao.example/rss?utm_source=x#top",
        "http://bao.example/%72ss",
    ],
)
def test_listings_are_compared_loosely(url: str) -> None:
    """Scheme, case of the host, last slash and trackers make no second listing."""
    assert same_listing(url) == same_listing("http://bao.example/rss")


@pytest.mark.parametrize(
    "url", ["http://bao.example/rss2", "http://bao.example/rss?page=2", "http://bao.vn/rss"]
)
def test_other_listings_differ(url: str) -> None:
    """Path, host and what is left of the query tell listings apart."""
    assert same_listing(url) != same_listing("http://bao.example/rss")
