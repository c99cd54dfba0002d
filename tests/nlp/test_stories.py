"""Stories: near-copies meet, others don't, in any order."""

import random

from nlp.features import Features
from nlp.stories import find_stories, shingles

CHAIN = (
    "Khẩn! Đập thủy điện nứt một đường dài giữa thân đập, nước xì ra trắng xóa. Anh em làm trong đó "
    "báo về là đêm nay sẽ vỡ. Bà con lo gom giấy tờ, dắt người già lên đồi ngay."
)
TEXTS = {
    "a": CHAIN,
    "b": "FWD: " + CHAIN,
    "c": CHAIN.replace("đường dài", "vết dài").upper(),
    "d": "Khan! Dap thuy dien nut mot duong dai giua than dap, nuoc xi ra trang xoa. Anh em lam trong "
    "do bao ve la dem nay se vo. Ba con lo gom giay to, dat nguoi gia len doi ngay.",
    "e": "Hôm nay chợ bán cá tươi, mời bà con ghé sạp số chín mua giúp, giá rẻ hơn hôm qua nhiều lắm.",
    "f": "Đập thủy điện vẫn an toàn, ban quản lý cho biết sáng nay không có vết nứt nào trên thân đập.",
}


def stories_of(order: list[str]) -> dict[str, str]:
    """Cluster the texts in the given order."""
    return find_stories((key, shingles(Features(TEXTS[key]).words)) for key in order)


def test_edited_copies_are_one_story() -> None:
    """Prefixes, case, missing marks and a changed word make no new story."""
    assert stories_of(list(TEXTS)) == dict.fromkeys("abcd", "a")


def test_the_order_of_arrival_changes_nothing() -> None:
    """The same texts give the same stories in any order."""
    expected = stories_of(list(TEXTS))
    keys = list(TEXTS)
    for seed in range(5):
        random.Random(seed).shuffle(keys)

        assert stories_of(keys) == expected


def test_texts_too_short_for_a_shingle_are_no_copies() -> None:
    """Two greetings are no story."""
    assert find_stories((k, shingles(Features("xin chào").words)) for k in "ab") == {}
