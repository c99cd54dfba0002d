"""Scrapy's settings for our crawls: every default that bites is set here, with its reason."""

from typing import Any

from crawlers.address import HOSTS_SETTING
from crawlers.budget import PER_HOST
from kiemchung.settings import Settings

HANDLER = "crawlers.address.GatedDownloadHandler"
RETRIES = 1


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """Return what Scrapy is to be told for a crawl under `settings`."""
    return {**_gates(settings), **_limits(settings), **_quiet()}


def _gates(settings: Settings) -> dict[str, Any]:
    return {
        HOSTS_SETTING: settings.hosts,
        "USER_AGENT": settings.user_agent,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Language": "vi,en;q=0.5",
        },
        # Only http and https, through the gate; None turns a scheme off.
        "DOWNLOAD_HANDLERS": {
            "http": HANDLER,
            "https": HANDLER,
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "HTTPPROXY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        # Redirects go through the spider, so that each hop has a fate and passes all gates.
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        # Ours replaces Scrapy's, which leaks (scrapy#6802) and fails open.
        "ROBOTSTXT_OBEY": False,
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.robots.RobotsMiddleware": 100,
            # In the places of Scrapy's own.
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "crawlers.middlewares.Retrying": 550,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            "crawlers.middlewares.Unpacking": 590,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        },
        # Each request comes from whichever answer made room for it, so Scrapy's depth says
        # nothing; the spiders count steps and redirects.
        "SPIDER_MIDDLEWARES": {"scrapy.spidermiddlewares.depth.DepthMiddleware": None},
    }


def _limits(settings: Settings) -> dict[str, Any]:
    return {
        "DOWNLOAD_MAXSIZE": settings.page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_DELAY": 0,  # the host budget keeps the delay, over all sources of a host
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": PER_HOST,
        # The default makes 100 tasks for every answer, though our spiders yield no items.
        "CONCURRENT_ITEMS": 1,
        # The default reads and compiles a callback's source for every answer.
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        # First listed, first fetched: what a limit cuts off is the oldest.
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "RETRY_TIMES": RETRIES,
        # Among the others: behind all of them, faults of pages would look like a host in trouble.
        "RETRY_PRIORITY_ADJUST": 0,
        # 429 and 503 ask to be left alone; they aren't retried in the same run.
        "RETRY_HTTP_CODES": [500, 502, 504, 408],
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "MEMUSAGE_LIMIT_MB": 2048,
    }


def _quiet() -> dict[str, Any]:
    return {
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "WARNING",
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
    }
