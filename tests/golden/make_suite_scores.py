"""Makes `suite_scores.json`: what XTREME's own evaluator prints for the folders of `tests/studies/suite_folder.py`.

Run with a copy of google-research/xtreme at 838c13b as the working folder, seqeval 0.0.12 and this repository on the
path: `python .../tests/golden/make_suite_scores.py > .../suite_scores.json`.
"""

import json
import sys
import tempfile
from pathlib import Path

from evaluate import evaluate  # of google-research/xtreme

from sprachbund.studies.suite_config import SUITES, read_suite
from tests.studies.suite_folder import write_suite_folder

made = {}
for name in SUITES:
    with tempfile.TemporaryDirectory() as folder:
        write_suite_folder(Path(folder), read_suite(name))
        groups, tasks = evaluate(f"{folder}/predictions", f"{folder}/labels", name)
    made[name] = {"groups": groups, "tasks": tasks}
print(json.dumps({"source": "google-research/xtreme evaluate.py at 838c13b, seqeval 0.0.12", **made}, indent=1),
      file=sys.stdout)
