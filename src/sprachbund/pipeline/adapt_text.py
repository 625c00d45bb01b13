"""The adapt-text stage: one file of raw text as pieces, read once and never whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sprachbund.data.raw_text import TextFile
from sprachbund.pipeline.prepare import tokenizer_for
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job
from sprachbund.tokenization.masking import mask_piece
from sprachbund.tokenization.piece_text import write_piece_text


def run(job: Job) -> None:
    """Tokenise one file.

    Config: name, language, spaced, max_pieces, packed, held_out. Settings: where the file and the encoder lie. Output:
    what `PieceText.load` opens.

    Raises:
        ModelError: the encoder's tokenizer has no mask piece.
        DataError, FormatError: from reading; there is no text.
    """
    values: dict[str, Any] = {**job.config}
    place: dict[str, Any] = {**job.settings}
    tokenizer = tokenizer_for(place["encoder"])
    mask_piece(tokenizer)  # an encoder that cannot be adapted is refused before anything is read
    file = TextFile(values["name"], values["language"], Path(place["path"]), place["format"], place["column"])
    notes = Counter[str]()
    facts = {"name": file.name, "language": file.language, "fingerprint": file.fingerprint(),
             "spaced": values["spaced"]}
    write_piece_text(file.texts(notes), tokenizer, job.output, facts, notes, max_pieces=values["max_pieces"],
                     packed=values["packed"], held_out=values["held_out"])
    empty = notes["empty_lines"] + notes["texts_without_pieces"]
    if empty:
        told = f"{empty:,} lines without text are left out" if empty > 1 else "1 line without text is left out"
        label = f"text {file.name} {file.language}".strip()
        job.emit(Progress(job.key, label, 0, 0, "", note=f"{file.path.name}: {told}"))
