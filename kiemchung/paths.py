"""Where the files that ship with the product lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "crawlers" / "sources"
INDEX_MAPPINGS = ROOT / "index_mappings"
LABELLED = ROOT / "labelled" / "texts"
PUBLISHERS = ROOT / "kiemchung" / "publishers.toml"
TEMPLATES = ROOT / "kiemchung" / "web" / "templates"
STATIC = ROOT / "kiemchung" / "web" / "static"
