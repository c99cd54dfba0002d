"""One error tree: every error names the thing it is about and says what to do.

KiemchungError
├── SettingsError       an environment variable is wrong or missing
├── RecordError         a record breaks its own rules
│   └── EvidenceError   a flag says more than its evidence allows (boundary 3)
├── InputError          a file or a line handed in by a person is not what it should be
├── SourceError         a source's file is incomplete or wrong
├── CaptureError        a capture is missing, damaged, or would not fit on the disk
├── ExtractionError     a page could not be turned into posts
├── StoreError          the store can't be reached, or refuses
└── DeskError           the desk can't be reached, or refuses
"""


class KiemchungError(Exception):
    """Base of all errors that kiemchung raises on purpose; its text is fit to show to a user."""


class SettingsError(KiemchungError):
    """An environment variable is wrong or missing."""


class RecordError(KiemchungError):
    """A record breaks its own rules."""


class EvidenceError(RecordError):
    """A flag says more than its evidence allows."""


class InputError(KiemchungError):
    """A file or a line handed in by a person is not what it should be."""


class SourceError(KiemchungError):
    """A source's file is incomplete or wrong."""


class CaptureError(KiemchungError):
    """A capture is missing, damaged, or would not fit on the disk."""


class ExtractionError(KiemchungError):
    """A page could not be turned into posts."""


class StoreError(KiemchungError):
    """The store can't be reached, or refuses."""


class DeskError(KiemchungError):
    """The desk can't be reached, or refuses."""
