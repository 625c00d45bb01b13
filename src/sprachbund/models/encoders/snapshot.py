"""Files of a hub id on this machine: fetched once, found offline, refused in clear words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import constants, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils._validators import validate_repo_id

from sprachbund.core.errors import ModelError
from sprachbund.core.files import storage_faults_told

TRANSPORT_ERRORS: tuple[type[BaseException], ...] = tuple(
    base for base in HfHubHTTPError.__mro__ if base.__module__.startswith("httpx") and issubclass(base, BaseException)
)
"""Errors of whichever HTTP client the hub's library is built on."""
_UNREACHABLE: tuple[type[BaseException], ...] = (
    LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, ConnectionError, *TRANSPORT_ERRORS,
)
_OFFLINE = (
    "connect to the network; or fetch it elsewhere (`hf download {name}`) and give the folder; "
    "or take bundled:multilingual-e5-small, which needs no network on Linux x86-64"
)


def snapshot(name: str, revision: str | None, patterns: Sequence[str]) -> Path:
    """The folder of a hub id's snapshot with the files at its top level that match the patterns.

    Raises:
        ModelError: no such id or revision, no access, or not on this machine and no network.
        StorageError: no space for it.
    """
    with _told(name, revision), storage_faults_told(Path(constants.HF_HUB_CACHE)):
        commit = commit_here(name, revision)
        return Path(snapshot_download(name, revision=commit or revision, allow_patterns=list(patterns),
                                      ignore_patterns=["*/*"]))


def resolve_commit(name: str, revision: str | None) -> str:
    """The commit that a revision means: the one on this machine, else what the hub says; raises as `snapshot`."""
    with _told(name, revision):
        found = commit_here(name, revision)
    return found or snapshot(name, revision, ["config.json"]).name


def commit_here(name: str, revision: str | None) -> str | None:
    """The commit of a snapshot that is already on this machine, or None.

    It goes before what the hub says today, so that a name means the same in every stage and every run
    until another revision is asked for.
    """
    validate_repo_id(name)
    revision = revision or constants.DEFAULT_REVISION
    folder = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")
    reference = folder / "refs" / revision
    commit = reference.read_text(encoding="utf-8").strip() if reference.is_file() else revision
    return commit if (folder / "snapshots" / commit).is_dir() else None


@contextmanager
def _told(name: str, revision: str | None) -> Iterator[None]:
    try:
        yield
    except HFValidationError:
        raise ModelError(f"{name!r} is neither a folder nor a possible hub id",
                         remedy="check the path; a hub id looks like `organisation/name`") from None
    except RevisionNotFoundError:
        raise ModelError(f"the hub has no revision {revision!r} of {name}",
                         remedy="give a branch, tag or commit that it has") from None
    except GatedRepoError:
        raise ModelError(f"access to {name} must be asked for on the hub",
                         remedy="accept its terms on its page and log in with `hf auth login`") from None
    except RepositoryNotFoundError:
        raise ModelError(f"there is no folder {name!r} here, and no encoder of this name on the hub",
                         remedy="check the spelling; a private one needs `hf auth login`") from None
    except _UNREACHABLE as error:
        raise ModelError(f"{name} is not on this machine, and the hub cannot be reached ({type(error).__name__})",
                         remedy=_OFFLINE.format(name=name)) from None
