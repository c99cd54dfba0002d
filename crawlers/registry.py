"""The registry of sources is the folder: every file in it is one source."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from crawlers.source import LoadedSource, Source
from kiemchung.errors import SourceError


def load_sources(dirs: Sequence[Path]) -> dict[str, LoadedSource]:
    """Load every source of `dirs`, by name. Files that begin with `_` are none.

    Raises:
        SourceError: a folder is missing, a file is no source, or two have one name.
    """
    sources: dict[str, LoadedSource] = {}
    for folder in dirs:
        if not folder.is_dir():
            raise SourceError(f"{folder}: no such folder of sources; correct KIEMCHUNG_SOURCES")
        for file in sorted(folder.glob("[!_]*.py")):
            loaded = load_source(file)
            if loaded.source.name in sources:
                raise SourceError(f"{file}: a source of that name is in {folder} or another one")
            sources[loaded.source.name] = loaded
    return sources


def load_source(file: Path) -> LoadedSource:
    """Load the source in `file`: `SOURCE`, and `extract` where it has one.

    Raises:
        SourceError: the file can't be run, has no SOURCE, or one of another name than its own.
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
    except Exception as error:  # whatever a person's file may raise
        raise SourceError(f"{file}: {type(error).__name__}: {error}") from error
    return module
