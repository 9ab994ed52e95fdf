"""Published files, fetched once from their official repositories into a cache.

The files are not part of this package (FollowRAG's are CC BY-NC 4.0). Each is pinned to a commit;
where its checksum is known, anything else is refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from followrag.errors import InputError
from followrag.files import write_whole

_RAW = "https://raw.githubusercontent.com"
_FOLLOWRAG = "dongguanting/FollowRAG/aa50bb823150b8225b05d32d0077d81411fdceb8/FollowRAG/followRAG"
_IFEVAL = (
    "google-research/google-research/19638399cc9e03623c5b9087a1d6fa8813974ce9/"
    "instruction_following_eval/data"
)
_TIMEOUT_SECONDS = 60
_CHUNK = 1 << 16


@dataclass(frozen=True)
class PublishedFile:
    """One file of an official repository.

    Attributes:
        name: File name.
        folder: Repository, commit and folder.
        sha256: Checksum, or None where it is not known.
    """

    name: str
    folder: str
    sha256: str | None

    @property
    def url(self) -> str:
        """Where the file is fetched from: the official host, or FOLLOWRAG_MIRROR in its place."""
        host = os.environ.get("FOLLOWRAG_MIRROR") or _RAW
        return f"{host.rstrip('/')}/{self.folder}/{self.name}"

    @property
    def cached(self) -> Path:
        """Where the file lies once fetched."""
        return cache_folder() / self.folder.replace("/", "_") / self.name


FOLLOWRAG_FILES = (
    PublishedFile(
        "followRAG_ifnq.json",
        _FOLLOWRAG,
        "02dc6c93b930be0104cb5eca1af68ccb860507d4fa40353be00eb89b7f222093",
    ),
    PublishedFile(
        "followRAG_iftq.json",
        _FOLLOWRAG,
        "0daec5f40fccacccca4b4d9da79cf85782cd7aaecfc1d12fc98d6e664d204825",
    ),
    PublishedFile(
        "followRAG_ifhq.json",
        _FOLLOWRAG,
        "1f06cb26af60016329766a8935b354024686ae0b29234267649cb51b127460e5",
    ),
    PublishedFile("followRAG_ifwebq.json", _FOLLOWRAG, None),
)
IFEVAL_FILE = PublishedFile("input_data.jsonl", _IFEVAL, None)


class NotPublishedError(InputError):
    """The repository has no such file at the pinned commit."""


def cache_folder() -> Path:
    """Folder of fetched files: FOLLOWRAG_CACHE, else `followrag` in the user's cache folder."""
    if folder := os.environ.get("FOLLOWRAG_CACHE"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "followrag"


def fetch(file: PublishedFile) -> Path:
    """Return the cached file, fetching it first if it isn't there.

    The file appears in the cache whole or not at all, whatever interrupts the download.

    Raises:
        NotPublishedError: The server says that there is no such file.
        InputError: The download failed, was cut short or has another checksum.
    """
    absent = file.cached.with_suffix(".absent")
    if absent.exists() and absent.read_text() == file.url:
        raise NotPublishedError(f"{file.url}: was not there; remove {absent} to ask again")
    if not file.cached.exists():
        try:
            content = _download(file)
        except NotPublishedError:
            with contextlib.suppress(OSError):
                write_whole(absent, [file.url.encode()])
            raise
        try:
            write_whole(file.cached, [content])
        except OSError as error:
            raise InputError(
                f"{file.cached}: can't write the fetched file ({error.strerror}); "
                "name a writable folder in FOLLOWRAG_CACHE"
            ) from error
    return file.cached


def _download(file: PublishedFile) -> bytes:
    from rich.console import Console
    from rich.progress import Progress

    remedy = (
        "fetch the files elsewhere and name their folder in FOLLOWRAG_DATA, "
        "or use the built-in followrag_demo"
    )
    try:
        with (
            urllib.request.urlopen(file.url, timeout=_TIMEOUT_SECONDS) as reply,
            Progress(
                console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
            ) as progress,
        ):
            length = int(reply.headers.get("Content-Length") or 0)
            task = progress.add_task(f"fetching {file.name}", total=length or None)
            content = bytearray()
            while chunk := reply.read(_CHUNK):
                content += chunk
                progress.advance(task, len(chunk))
    except urllib.error.HTTPError as error:
        kind = NotPublishedError if error.code == 404 else InputError
        raise kind(f"{file.url}: the server answers {error.code}; {remedy}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise InputError(f"{file.url}: can't be fetched ({error}); {remedy}") from error
    if length and len(content) != length:
        raise InputError(
            f"{file.url}: the download was cut short ({len(content)} of {length} bytes); try again"
        )
    if not content.lstrip().startswith((b"[", b"{")):
        raise InputError(f"{file.url}: the server sent no JSON; {remedy}")
    found = hashlib.sha256(content).hexdigest()
    if file.sha256 and found != file.sha256:
        raise InputError(f"{file.url}: sha256 is {found}, not {file.sha256} as published; {remedy}")
    return bytes(content)
