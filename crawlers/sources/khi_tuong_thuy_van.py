"""The national forecasting centre's warnings.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="khi_tuong_thuy_van",
    title="Trung tâm Dự báo khí tượng thủy văn quốc gia",
    kind=SourceKind.PUBLIC_BODY,
    owner="The National Centre for Hydro-Meteorological Forecasting",
    why="official warnings of storms and floods, published for everyone",
    spider=SpiderKind.LISTING,
    listings=("https://nchmf.gov.vn/kttvsite/vi-VN/1/index.html",),
    hosts=("www.nchmf.gov.vn",),
    follow=r"nchmf\.gov\.vn/kttvsite/vi-VN/1/.+-post\d+\.html",
    publisher_type=PublisherType.AUTHORITY,
    status=SourceStatus.CONFIGURED,
)
