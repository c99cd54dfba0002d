"""Stock Scrapy for `bench/crawl.py`: default settings, pages counted, or extracted.

`python bench/stock_crawl.py --port P --hosts N --pages M [--extract]` prints how many pages came.
"""

import argparse
from collections.abc import Iterator

import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class StockSpider(scrapy.Spider):
    """Fetches what the sitemaps name."""

    name = "stock"
    done = 0

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        """Ask for the pages of a sitemap."""
        for url in response.xpath("//*[local-name()='loc']/text()").getall():
            yield scrapy.Request(url, self.on_page)

    def on_page(self, response: Response) -> None:
        """Count the page, extracted where asked."""
        if self.extract:
            trafilatura.extract(response.text)
        StockSpider.done += 1


def main() -> None:
    """Crawl and print how many pages came."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hosts", type=int, required=True)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--extract", action="store_true")
    options = parser.parse_args()
    urls = [
        f"http://127.0.0.{host}:{options.port}/sitemap-{options.pages // options.hosts}.xml"
        for host in range(1, options.hosts + 1)
    ]
    process = CrawlerProcess({"LOG_LEVEL": "WARNING"})
    process.crawl(StockSpider, start_urls=urls, extract=options.extract)
    process.start()
    print(StockSpider.done)


if __name__ == "__main__":
    main()
