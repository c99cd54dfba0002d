"""The language of a text is what its letters say."""

import pytest

from crawlers.languages import language_of

VI = "Nước sông Mây đã rút, người dân hai bên bờ bắt đầu dọn bùn và sửa lại nhà cửa."
BARE = "Nuoc song May da rut, nguoi dan hai ben bo bat dau don bun va sua lai nha cua."
EN = "The water of the river is falling, and people on both banks are cleaning the mud from it."
FR = "L'eau de la rivière baisse et les habitants des deux rives commencent à nettoyer la boue."
KM = "ទឹកទន្លេបានស្រកចុះហើយ ប្រជាជននៅសងខាងច្រាំងចាប់ផ្តើមសម្អាតភក់"


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (VI, "en-US", "vi"),
        (VI, "", "vi"),
        (BARE, "vi", "vi"),
        (BARE, "en", "vi"),
        (BARE, "", "vi"),
        (EN, "vi", "en"),
        (EN, "", "en"),
        (FR, "fr-FR", "fr"),
        (KM, "vi", "km"),
        ("Ok!", "km", "km"),
        ("Ok!", "x", "vi"),
        ("", "", "vi"),
    ],
)
def test_letters_decide_where_they_are_clear(text: str, declared: str, language: str) -> None:
    """A theme's own language says nothing; without letters that tell, the page's word counts."""
    assert language_of(text, declared, "vi") == language
