"""The review desk's pages: `build_app` makes them, `serve` shows them on this machine alone."""

from kiemchung.web.app import build_app
from kiemchung.web.server import serve

__all__ = ["build_app", "serve"]
