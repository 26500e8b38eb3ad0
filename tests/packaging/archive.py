"""What is in a wheel and in a source distribution."""

import tarfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from zipfile import ZipFile


def wheel_files(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel by name."""
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sdist_files(sdist: Path) -> dict[str, bytes]:
    """Return the files of a source distribution by name, without the folder that holds them all."""
    with tarfile.open(sdist) as archive:
        read = {member.name: archive.extractfile(member) for member in archive.getmembers() if member.isfile()}
        return {name.partition("/")[2]: file.read() for name, file in read.items() if file}


def metadata(wheel: Path) -> Message:
    """Return the core metadata of a wheel."""
    found = next(text for name, text in wheel_files(wheel).items() if name.endswith(".dist-info/METADATA"))
    return BytesParser().parsebytes(found)
