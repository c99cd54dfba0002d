"""The registry of sources is the folder: every file in it is one source."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import msgspec

from crawlers.software import SOFTWARE
from crawlers.source import LoadedSource, Source, SpiderKind
from kiemchung.errors import SourceError


class Registry(msgspec.Struct, frozen=True):
    """The sources that could be loaded, by name, and why others could not, by their file's stem."""

    sources: dict[str, LoadedSource]
    faults: dict[str, str]


def read_registry(dirs: Sequence[Path]) -> Registry:
    """Load what can be loaded of `dirs`; a broken file costs itself alone.

    Of two files of one name neither counts. Files that begin with `_` are none.

    Raises:
        SourceError: a folder is missing.
    """
    sources: dict[str, LoadedSource] = {}
    faults: dict[str, str] = {}
    for folder in dirs:
        if not folder.is_dir():
            raise SourceError(f"{folder}: no such folder of sources; correct KIEMCHUNG_SOURCES")
        for file in sorted(folder.glob("[!_]*.py")):
            try:
                loaded = load_source(file)
            except SourceError as error:
                faults[file.stem] = str(error)
                continue
            if sources.setdefault(file.stem, loaded) is not loaded:
                faults[file.stem] = f"{file}: a source of that name is in another folder"
    return Registry({n: each for n, each in sources.items() if n not in faults}, faults)


def load_sources(dirs: Sequence[Path]) -> dict[str, LoadedSource]:
    """Load every source of `dirs`, by name.

    Raises:
        SourceError: a folder is missing, a file is no source, or two have one name.
    """
    registry = read_registry(dirs)
    for fault in registry.faults.values():
        raise SourceError(fault)
    return registry.sources


def load_source(file: Path) -> LoadedSource:
    """Load the source in `file`: `SOURCE`, and its own `extract`, else its software's.

    Raises:
        SourceError: the file can't be run, has no SOURCE, or one of another name than its own, or
            is a channel that nothing reads.
    """
    module = _run(file)
    source = getattr(module, "SOURCE", None)
    if not isinstance(source, Source):
        raise SourceError(f"{file}: has no SOURCE = Source(...)")
    if source.name != file.stem:
        raise SourceError(f"{file}: its source is named {source.name!r}; both names must be one")
    extract = getattr(module, "extract", None)
    if extract is not None and not callable(extract):
        raise SourceError(f"{file}: `extract` is no function")
    if extract is None and source.software is not None:
        extract = SOFTWARE[source.software].extract
    if extract is None and source.spider is SpiderKind.CHANNEL:
        raise SourceError(f"{file}: a channel needs `software`, or an `extract` of its own")
    return LoadedSource(source=source, file=file, extract=extract)


def _run(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"crawlers_source_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise SourceError(f"{file}: can't be read as Python")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SourceError as error:
        raise SourceError(f"{file}: {error}") from error
    except (Exception, SystemExit) as error:  # whatever a person's file may raise
        raise SourceError(f"{file}: {type(error).__name__}: {error}") from error
    return module
