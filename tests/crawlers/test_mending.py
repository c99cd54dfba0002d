"""Text that was misread before it reached us (F9)."""

import pytest

from crawlers.mending import mend
from tests.crawlers.encodings import encode, misread

RIGHT = "Nước lũ trên sông Mây đã rút, người dân Bến Sen dọn dẹp nhà cửa."
TCVN3 = "N­íc lò trªn s«ng M©y ®· rót, ng­êi d©n BÕn Sen dän dÑp nhµ cöa."
VNI = "Nöôùc luõ treân soâng Maây ñaõ ruùt, ngöôøi daân Beán Sen doïn deïp nhaø cöûa."
VISCII = "Nß¾c lû trên sông Mây ðã rút, ngß¶i dân Bªn Sen d÷n d©p nhà cØa."


@pytest.mark.parametrize("old", [TCVN3, VNI, VISCII])
def test_fonts_of_old_code_pages_are_read(old: str) -> None:
    """Text as it looks without its font comes out as the font showed it (F9)."""
    assert mend(f"<p><font face='.VnTime'>{old}</font></p>") == (
        f"<p><font face='.VnTime'>{RIGHT}</font></p>"
    )


def test_letters_written_as_entities_are_read() -> None:
    """What an old editor wrote as entities is the same text (F9)."""
    old = "".join(f"&#{ord(c)};" if ord(c) > 0x9F else c for c in VNI)

    assert mend(f"<p>{old}</p>") == f"<p>{RIGHT}</p>"


def test_only_the_old_part_of_a_page_is_read() -> None:
    """A menu that is right stays, beside a text in an old font and in one line with it (F9)."""
    menu = "Trang chủ · Sức khoẻ · Là, và, có, mét"

    assert mend(f"<nav>{menu}</nav><p>{TCVN3}</p>") == f"<nav>{menu}</nav><p>{RIGHT}</p>"
    line = "Tin mới: n­íc s«ng ®ang lªn"
    assert mend(f"<p>{TCVN3}</p>{line}") == f"<p>{RIGHT}</p>Tin mới: nước sông đang lên"


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("charset", ["cp1252", "latin-1", "cp1258"])
def test_misread_utf8_is_undone(charset: str, times: int) -> None:
    """UTF-8 read as a code page comes back, however often it happened (F9)."""
    assert mend(misread(f"<p>{RIGHT}</p>", charset, times=times)) == f"<p>{RIGHT}</p>"


def test_only_the_misread_part_of_a_page_is_undone() -> None:
    """A title that was misread is undone beside a text that wasn't (F9)."""
    title = misread("Bến Sen: nước rút")

    assert mend(f"<h1>{title}</h1><p>{RIGHT}</p>") == f"<h1>Bến Sen: nước rút</h1><p>{RIGHT}</p>"


def test_an_a_that_lost_half_is_found() -> None:
    """`à` whose no-break space became a blank is known by the syllable around it (F9)."""
    spoilt = misread(f"{RIGHT} Đây là màu vàng, và đó là nhà.").replace("\xa0", " ")

    assert mend(f"<p>{spoilt}</p>") == f"<p>{RIGHT} Đây là màu vàng, và đó là nhà.</p>"


@pytest.mark.parametrize(
    "text",
    [
        "Nước lũ đã rút; là, và, có, mét: “ĐÃ”, «CÓ», 5 °C, ©2026 – ½ giờ…",
        "TIN BÃO",
        "Kiem 6OOk chi cän 20 phut möi ngäy, giäo vien cö the goi chung töi",
        "VIỆT NAM – “ĐÓ LÀ NHÀ Ã” Ở ĐÀ NẴNG",
        "nuoc lu da rut, nguoi dan don dep nha cua",
        "<a href='https://b.example/?q=%C3%A0&x=é'>Été à Huế</a>",
        "Élève naïf, où est l’été ? « Là-bas », très loin, à côté de l’œuvre.",
        "Fußgänger müssen größere Umwege gehen; das „Ä“ und das ‚Ä‘ heißen Umlaute.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy; să știi că „Ă” există.",
        "El niño comió piñón: ¿qué más? Coração, não, mãe, São Paulo.",
        "Så köper jag en ö på Åland; blåbærsyltetøy på Ærø, fløte og æbler.",
        "def naïve(café: str) -> 'Übung': return café + 'ø' * 3  # µs, ±5 ‰",
        "Москва, Αθήνα, 東京, กรุงเทพ, 😀👍🏽, नमस्ते",
        "It’s a so‑called “smart” quote — don’t touch it… £5 and 10 €.",
        "Tiếng Việt dạng tách: tiê\u0301ng vie\u0323\u0302t",
    ],
)
def test_right_text_stays(text: str) -> None:
    """Nothing that is right is changed by a letter (F9)."""
    assert mend(f"<p>{text}</p>") == f"<p>{text}</p>"


def test_the_tables_are_the_published_ones() -> None:
    """A sentence typed in each code page is what our tables make of it (F9)."""
    assert encode(RIGHT, "tcvn3").decode("latin-1") == TCVN3
    assert encode(RIGHT, "vni").decode("latin-1") == VNI
    assert encode(RIGHT, "viscii").decode("latin-1") == VISCII
