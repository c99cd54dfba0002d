"""`open_store(url)` is the only name that callers know of a store."""

from kiemchung.errors import SettingsError
from kiemchung.settings import Settings
from kiemchung.store.base import Store


def open_store(settings: Settings) -> Store:
    """Open the store of `settings.store_url`, making it if it is not there.

    `sqlite:///path` is the embedded store; `http://…` or `https://…` an Elasticsearch.

    Raises:
        SettingsError: the address is of neither kind.
        StoreError: the store can't be reached, or is of another version.
    """
    url = settings.store_url
    if url.startswith("sqlite:///"):
        from kiemchung.store.sqlite import SqliteStore

        return SqliteStore(url.removeprefix("sqlite:///"))
    if url.startswith(("http://", "https://")):
        from kiemchung.store.elasticsearch import ElasticsearchStore

        return ElasticsearchStore(url, settings.store_api_key, settings.index_prefix)
    raise SettingsError(
        f"KIEMCHUNG_STORE_URL: {url.partition(':')[0]!r} is no store; "
        "use sqlite:///path or http(s)://host:port"
    )
