"""Child: MaChAmp on the same sentences and weights, from a checkout, in an environment of its own.

Specification: prepared, pieces, checkout, threads, seed, dev. MaChAmp's own defaults (batch 32, at most 1,024
pieces, sorted by size, dropout 0.2), but one epoch with our learning rate and warm-up. Its gradual unfreezing,
which would leave the encoder as it is in the first epoch, and its lower rates for it are off. Its training loop
is timed between the two calls that bracket it; it always reads dev data, of which it gets two sentences where
none is scored.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.systems.child import peak_mib, specification, tell

RATE, WARMUP = 1e-4, 0.1
NAME = "EWT"


def main() -> None:
    """Train once, compare the labels that it writes for dev if asked."""
    given = specification()
    checkout = Path(given["checkout"])
    sys.path.insert(0, str(checkout))
    os.chdir(checkout)
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    import torch
    from machamp.model import trainer
    from machamp.model.callback import Callback

    if given["threads"]:
        torch.set_num_threads(given["threads"])
    marks: dict[str, float] = {}
    _mark(Callback, "start_epoch_timer", marks, "began")
    _mark(Callback, "add_train_results", marks, "ended")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parameters, data = _configs(given, checkout, folder)
        errors = sys.stderr
        trainer.train("benchmark", str(parameters), [str(data)], "cpu", seed=given["seed"],
                      model_dir=f"{folder}/model/")
        sys.stderr = errors  # it had put its log there
        scores = _score(folder / "dev.tsv", folder / "model" / f"{NAME}.out") if given["dev"] else {}
    seconds = marks["ended"] - marks["began"]
    tell(pieces_per_second=given["pieces"] / seconds, train_seconds=seconds, pieces=given["pieces"],
         trained_mib=marks["ended_mib"], threads=torch.get_num_threads(), machamp=_commit(checkout),
         torch=version("torch"), transformers=version("transformers"), **scores)


def _mark(owner: Any, name: str, marks: dict[str, float], mark: str) -> None:
    """Note the time, and the peak so far, of each call of a method."""
    method = getattr(owner, name)

    def noted(*given: Any, **named: Any) -> Any:
        marks[mark], marks[f"{mark}_mib"] = time.perf_counter(), peak_mib()
        return method(*given, **named)

    setattr(owner, name, noted)


def _configs(given: dict[str, Any], checkout: Path, folder: Path) -> tuple[Path, Path]:
    """The two files that its command reads: parameters (its own, with our rate) and data."""
    import _jsonnet

    prepared = Path(given["prepared"])
    values = json.loads(_jsonnet.evaluate_file(str(checkout / "configs" / "params.json")))
    values["transformer_model"] = str(_encoder(prepared / "encoder", folder / "encoder"))
    values["training"]["num_epochs"] = 1
    values["training"]["optimizer"]["lr"] = RATE
    values["training"]["learning_rate_scheduler"] |= {
        "gradual_unfreezing": False, "discriminative_fine_tuning": False, "cut_frac": WARMUP,
    }
    dev = (prepared / "dev.tsv").read_text(encoding="utf-8")
    if not given["dev"]:
        dev = "".join(sentence + "\n\n" for sentence in dev.split("\n\n")[:2])
    (folder / "dev.tsv").write_text(dev, encoding="utf-8")
    tasks = {"upos": {"task_type": "seq", "column_idx": 2}}
    data = {NAME: {"train_data_path": str(prepared / "train.tsv"), "dev_data_path": str(folder / "dev.tsv"),
                   "word_idx": 1, "tasks": tasks}}
    for path, content in ((folder / "parameters.json", values), (folder / "data.json", data)):
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder / "parameters.json", folder / "data.json"


def _encoder(prepared: Path, folder: Path) -> Path:
    """The encoder with a tokenizer class that knows its special pieces: MaChAmp asks the class, not the tokenizer's
    own template, and otherwise puts them around every word."""
    folder.mkdir()
    for path in prepared.iterdir():
        (folder / path.name).symlink_to(path)
    config = json.loads((prepared / "tokenizer_config.json").read_text(encoding="utf-8"))
    config["tokenizer_class"] = "XLMRobertaTokenizerFast"
    (folder / "tokenizer_config.json").unlink()
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _score(gold: Path, predicted: Path) -> dict[str, float]:
    """Accuracy over all words of dev in points."""
    labels = [[line.split("\t")[2] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
              for path in (gold, predicted)]
    right = sum(one == other for one, other in zip(*labels, strict=True))
    return {"dev_accuracy": 100 * right / len(labels[0]), "dev_words": len(labels[0])}


def _commit(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main()
