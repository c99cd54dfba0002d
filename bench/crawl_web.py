"""A fast local web of made-up newspapers for `bench/crawl.py`: `python bench/crawl_web.py`.

Every host serves /robots.txt, /sitemap-<pages>.xml and /bai/<number>.html. It prints its port.
"""

import argparse
import asyncio
import random
import sys
from itertools import islice

from search import posts

TEMPLATES = 64
"""Different bodies; each page adds its own number, so that no two pages are alike."""
PARAGRAPHS = 6
LINKS = 60
DATE = "2026-11-{day:02d}T08:15:00+07:00"


def bodies() -> list[tuple[str, str]]:
    """Return made-up articles as (before, behind) the place of a page's number."""
    rng = random.Random(20261124)
    made = posts(TEMPLATES * PARAGRAPHS, rng)
    return [_page(list(islice(made, PARAGRAPHS)), rng) for _ in range(TEMPLATES)]


def _page(paragraphs: list, rng: random.Random) -> tuple[str, str]:
    texts = [" ".join(each.exact) for each in paragraphs]
    title = texts[0][:60].capitalize()
    menu = "".join(f'<li><a href="/muc/{i}">{texts[i % 6][:20]}</a></li>' for i in range(LINKS))
    related = "".join(
        f'<div class="box-tin"><a href="/bai/{i}.html"><img src="/anh/{i}.jpg" alt="">'
        f"<span>{texts[i % 6][30:80]}</span></a></div>"
        for i in range(LINKS // 3)
    )
    main = "".join(f"<p>{text.capitalize()}.</p>" for text in texts)
    date = DATE.format(day=rng.randrange(1, 24))
    head = (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        f"<title>{title} | Báo Thử</title>"
        f'<meta property="og:title" content="{title}">'
        '<meta property="og:site_name" content="Báo Thử">'
        f'<meta property="article:published_time" content="{date}">'
        f"<style>{'.a{color:red}' * 100}</style><script>{'var a=1;' * 400}</script></head><body>"
        f"<header><nav><ul>{menu}</ul></nav></header><article><h1>{title}</h1>"
        f'<time datetime="{date}">{date}</time><div class="noi-dung"><p>Bài số '
    )
    tail = (
        f".</p>{main}</div></article><aside>{related}</aside><footer><ul>{menu}</ul>"
        f"<p>Tòa soạn Báo Thử, điện thoại 0900 000 000</p></footer></body></html>"
    )
    return head, tail


class Web(asyncio.Protocol):
    """HTTP/1.1 with kept connections, GET alone."""

    made = bodies()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection."""
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            lines = head.lower().split(b"\r\n")
            host = next((line[6:] for line in lines if line.startswith(b"host: ")), b"").decode()
            self.transport.write(_answer(path, host))


def _answer(path: str, host: str) -> bytes:
    kind = "text/html; charset=utf-8"
    if path.startswith("/bai/"):
        number = path[5:].partition(".")[0]
        head, tail = Web.made[int(number) % TEMPLATES]
        body = f"{head}{number} của {host}{tail}".encode()
    elif path.startswith("/sitemap-"):
        kind, pages = "application/xml", int(path[9:].partition(".")[0])
        urls = "".join(f"<url><loc>http://{host}/bai/{i}.html</loc></url>" for i in range(pages))
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        body = f'<?xml version="1.0"?><urlset xmlns="{space}">{urls}</urlset>'.encode()
    elif path == "/robots.txt":
        kind, body = "text/plain", b"User-agent: *\nDisallow: /cam/\n"
    else:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(port: int) -> None:
    """Serve on all of 127.0.0.0/8 until the parent's pipe closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Web, "0.0.0.0", port)  # noqa: S104 (the bench's hosts are 127.0.0.1 to 127.0.0.8)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
