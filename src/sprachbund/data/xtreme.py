"""Data sets as XTREME's download script leaves them: one folder a task, `<split>-<language>.<ending>` in it.

Only the layout is XTREME's (google-research/xtreme, `scripts/download_data.sh` and `utils_preprocess.py`);
which task has which files and columns stands in the cards (`xtreme:`). The script takes labels and answers out
of test files, so such copies train and tell dev scores, and their test scores come from XTREME's own evaluation.
"""

from __future__ import annotations

from pathlib import Path

from sprachbund.data.card import DatasetCard
from sprachbund.data.file_source import Files, files_of_pattern

_DOWNLOAD = "download"


def find_in_download(card: DatasetCard, data_dir: Path | None) -> tuple[Files, tuple[str, ...], Path] | None:
    """Find the files of a card in a folder that XTREME's script has filled.

    Args:
        card: the data set; None is found if it is not one of XTREME's.
        data_dir: the download folder, the folder above it, or the task's own folder in it; None: here.

    Returns:
        The files, the names of files whose language is not known, and the download folder; None if there are none.
    """
    if card.xtreme is None:
        return None
    folder = data_dir or Path()
    for place in (folder, folder / _DOWNLOAD, folder.parent):
        files, left_out = files_of_pattern(str(place / card.xtreme.files))
        if files:
            return files, left_out, place
    return None


def as_downloaded(card: DatasetCard) -> DatasetCard:
    """The card with the format, columns and notes that hold in XTREME's layout; as it is if it is not one of XTREME's.

    >>> from sprachbund.data.catalogue import card
    >>> card("ud_pos").format, as_downloaded(card("ud_pos")).format
    ('conllu', 'token_columns')
    """
    known = card.xtreme
    if known is None:
        return card
    changed = {"format": known.format, "reader": known.reader, "notes": known.notes, "train_with": (),
               "extra_languages": (), "source": "github.com/google-research/xtreme, scripts/download_data.sh"}
    return card.model_copy(update=changed)
