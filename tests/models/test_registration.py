"""`import sprachbund` costs nothing, and transformers knows our models all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest
from saved_models import Saved

from sprachbund.models.registration import register_with_transformers

REGISTER = "from sprachbund.models.registration import register_with_transformers as register\n"


def run(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_registered_before_transformers_is_imported(tagger: Saved, classifier: Saved) -> None:
    """Step by step, in one fresh interpreter since transformers is slow to import."""
    out = run(
        f"{REGISTER}import sys\nregister()\nregister()\n"
        "heavy = {'torch', 'transformers', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "from transformers import BertConfig, PreTrainedModel\n"
        "assert 'sprachbund.models.pretrained' not in sys.modules\n"
        "from transformers import AutoModelForTokenClassification, pipeline\n"
        f"model = AutoModelForTokenClassification.from_pretrained({str(tagger.folder)!r})\n"
        "print(type(model).__name__, model.config.id2label[1])\n"
        f"print(pipeline('text-classification', model={str(classifier.folder)!r})('Ja')[0]['label'])\n"
        "assert not [finder for finder in sys.meta_path if 'sprachbund' in type(finder).__module__]\n"
        "spec = sys.modules['transformers.models.auto.configuration_auto'].__spec__\n"
        "assert 'sprachbund' not in type(spec.loader).__module__\n"
    )
    assert out[:2] == ["SprachbundForTokenClassification", "B-PER"]
    assert out[2] in {"contradiction", "entailment", "neutral"}


def test_registered_after_transformers_was_imported(tagger: Saved) -> None:
    out = run(
        f"from transformers import AutoConfig\nimport sys\n{REGISTER}register()\nregister()\n"
        f"print(type(AutoConfig.from_pretrained({str(tagger.folder)!r})).__name__)\n"
    )
    assert out == ["SprachbundConfig"]


def test_nothing_waits_once_it_is_registered(tagger: Saved) -> None:
    assert "transformers.models.auto.configuration_auto" in sys.modules
    before = list(sys.meta_path)
    register_with_transformers()
    assert sys.meta_path == before


def test_without_transformers_nothing_breaks() -> None:
    out = run(
        f"{REGISTER}import sys\nregister()\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'transformers':\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "try:\n    import transformers\nexcept ModuleNotFoundError as error:\n    print(error.name)\n"
    )
    assert out == ["transformers"]


@pytest.mark.parametrize("name", ["json.tool", "transformers.models.auto.modeling_auto"])
def test_no_other_module_is_touched(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "transformers.models.auto.configuration_auto")
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    register_with_transformers()
    finder = sys.meta_path[0]
    assert type(finder).__module__ == "sprachbund.models.registration"
    assert finder.find_spec(name, None) is None
