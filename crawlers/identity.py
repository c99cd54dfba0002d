"""Who we say we are: no host but those of the explicit map is asked without a contact."""

from collections.abc import Sequence

from crawlers.canonical import host_key
from crawlers.registry import Registry
from crawlers.source import SourceStatus
from kiemchung.errors import SettingsError
from kiemchung.settings import Settings


def check_contact(settings: Settings, registry: Registry, names: Sequence[str]) -> None:
    """Refuse a crawl of others' hosts that doesn't tell them whom to turn to.

    Sources that are off, and hosts of the explicit map, need no contact.

    Raises:
        SettingsError: a host would be asked, and the contact is no mail or web address.
    """
    if settings.has_contact:
        return
    for source in (registry.sources[name].source for name in names if name in registry.sources):
        others = sorted(source.all_hosts - set(map(host_key, settings.hosts)))
        if others and source.status is not SourceStatus.CONFIGURED:
            raise SettingsError(
                f"KIEMCHUNG_CONTACT: set it to a mail or web address at which the owner of "
                f"{others[0]} (source {source.name}) reaches you; nothing is fetched without it"
            )
