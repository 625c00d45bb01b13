from __future__ import annotations

import json

import pytest

from sprachbund.core.errors import FormatError
from sprachbund.results.findings import findings_from_json, findings_json
from sprachbund.results.transfer import find


def test_findings_go_to_json_and_back(random_rows):
    found = find(random_rows({"en": 0.9, "de": 0.5, "de-CH": 0.2}, {"last layer": 0.0, "DLFA": 0.1}))
    text = json.dumps(findings_json(found), ensure_ascii=False, allow_nan=False)
    assert findings_from_json(json.loads(text)) == found


def test_one_seed_is_null_in_json_not_zero(random_rows):
    found = find(random_rows({"de": 0.5}, seeds=(1,)))
    scores = findings_json(found)["scores"]
    assert isinstance(scores, list)
    assert scores[0]["estimate"]["sd"] is None


def test_what_are_no_findings_is_told_with_the_field(random_rows):
    values = findings_json(find(random_rows({"de": 0.5})))
    del values["averages"]
    with pytest.raises(FormatError, match=r"results\.json: not findings of this version: averages: .*\n  → make the"):
        findings_from_json(values, "results.json")
