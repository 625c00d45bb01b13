"""YAML 1.2 with line numbers; every fault of a config at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, field_validator

from sprachbund.core.config import Config, is_neutral, load_config, locate, neutral, parse_yaml, read_yaml, validate
from sprachbund.core.errors import ConfigError, DataError
from sprachbund.core.source import Location


class Optimiser(Config):
    rate: float = 1e-3
    kind: Literal["adam", "sgd"] = "adam"


class Schedule(Config):
    steps: int


class Toy(Config):
    language: str = "en"
    languages: tuple[str, ...] = ()
    epochs: Annotated[int, Field(ge=1)] = 1
    verbose: bool = False
    optimiser: Optimiser = Optimiser()
    stages: list[Optimiser] = Field(default_factory=list)
    by_name: dict[str, Optimiser] = Field(default_factory=dict)
    optional: Optimiser | None = None
    either: Optimiser | Schedule | None = None
    workers: int = neutral(2, ge=0)

    @field_validator("language")
    @classmethod
    def _lower(cls, value: str) -> str:
        if value != value.lower():
            raise ValueError(f"Codes are in lower case, {value!r} is not")
        return value


def faults(text: str, model: type[Config] = Toy) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        validate(parse_yaml(text, "toy.yaml"), model, "toy.yaml")
    return [str(fault) for fault in caught.value.faults]


def toy(text: str) -> Toy:
    return validate(parse_yaml(text, "toy.yaml"), Toy, "toy.yaml")


@pytest.mark.parametrize("word", ["no", "NO", "off", "on", "yes", "y", "n"])
def test_no_is_norwegian_and_not_false(word: str) -> None:
    assert toy(f"languages: [{word}, de]").languages == (word, "de")


def test_no_is_norwegian_as_a_key_and_as_a_value() -> None:
    config = toy("language: no\nby_name:\n  no: {rate: 1}\n")
    assert config.language == "no"
    assert list(config.by_name) == ["no"]


@pytest.mark.parametrize(("text", "number"), [("1e-5", 1e-5), ("1.0e-5", 1e-5), ("1E5", 1e5), ("3", 3.0), (".5", 0.5)])
def test_every_way_to_write_a_number_is_a_number(text: str, number: float) -> None:
    rate = toy(f"optimiser: {{rate: {text}}}").optimiser.rate
    assert isinstance(rate, float)
    assert rate == number


def test_octal_and_sexagesimal_of_yaml_1_1_are_not_read() -> None:
    assert toy("epochs: 010").epochs == 10
    assert toy("language: 12:30:45").language == "12:30:45"


def test_numbers_are_not_text_and_true_is_boolean() -> None:
    assert toy("verbose: true").verbose is True
    assert "language: input should be a valid string, got 12" in faults("language: 12")[0]


def test_anchors_keep_their_values_and_types() -> None:
    config = toy("verbose: &v true\nlanguage: &l no\nlanguages: [*l]\noptimiser: &o {rate: 2}\noptional: *o\n")
    assert config.verbose is True
    assert (config.languages, config.optional) == (("no",), Optimiser(rate=2.0))


def test_plain_values_reach_the_config() -> None:
    config = toy("languages: [de, 'fr']\nstages: [{rate: 1}]\n")
    assert type(config.languages[1]) is str
    assert type(config.stages[0].rate) is float


def test_every_fault_is_told_at_once_with_line_and_near_match() -> None:
    text = """\
langauge: de
epochs: 0
optimiser:
  kind: adma
  rat: 1
stages:
  - rate: 1
  - rates: 2
    rate: fast
by_name:
  no: {kid: sgd}
optional: {rate: .nan}
verbose: 7
"""
    assert faults(text) == [
        "toy.yaml, line 1, column 1: langauge: unknown key; known here: by_name, either, epochs, language, languages, "
        "optimiser, optional, stages, verbose, workers (did you mean language or languages?)",
        "toy.yaml, line 2, column 1: epochs: input should be greater than or equal to 1, got 0",
        "toy.yaml, line 4, column 3: optimiser.kind: input should be 'adam' or 'sgd', got 'adma' (did you mean adam?)",
        "toy.yaml, line 5, column 3: optimiser.rat: unknown key; known here: kind, rate (did you mean rate?)",
        "toy.yaml, line 8, column 5: stages.1.rates: unknown key; known here: kind, rate (did you mean rate?)",
        "toy.yaml, line 9, column 5: stages.1.rate: input should be a valid number, unable to parse string as a "
        "number, got 'fast'",
        "toy.yaml, line 11, column 8: by_name.no.kid: unknown key; known here: kind, rate (did you mean kind?)",
        "toy.yaml, line 12, column 12: optional.rate: input should be a finite number, got nan",
        "toy.yaml, line 13, column 1: verbose: input should be a valid boolean, unable to interpret input, got 7",
    ]


def test_a_member_of_a_union_is_not_part_of_the_field() -> None:
    told = faults("either: {stps: 3}")
    assert "toy.yaml, line 1, column 10: either.stps: unknown key; known here: steps (did you mean steps?)" in told
    assert "toy.yaml, line 1, column 1: either.steps: is required and missing" in told


def test_a_missing_key_names_the_file() -> None:
    assert faults("{}", Schedule) == ["toy.yaml: steps: is required and missing"]


def test_an_own_check_speaks_in_lower_case_and_keeps_abbreviations() -> None:
    assert faults("language: DE") == [
        "toy.yaml, line 1, column 1: language: codes are in lower case, 'DE' is not, got 'DE'"
    ]


def test_flags_have_no_line() -> None:
    with pytest.raises(ConfigError) as caught:
        validate({"epoch": 3, "optimiser": {"rate": "x"}}, Toy, "the command line")
    assert str(caught.value).startswith("2 faults in the command line\n  - ")
    assert [fault.where for fault in caught.value.faults] == [None, None]
    assert caught.value.exit_code == 2


def test_flags_laid_over_a_file_name_the_file_only() -> None:
    values = parse_yaml("language: de\n", "toy.yaml")
    values.update({"epochs": 0, "optimiser": {"rat": 1}})
    with pytest.raises(ConfigError) as caught:
        validate(values, Toy, "toy.yaml")
    assert {str(fault.where) for fault in caught.value.faults} == {"toy.yaml"}


def test_keys_merged_from_an_anchor_take_the_line_above() -> None:
    values = parse_yaml("optional: &o {rate: 1}\noptimiser:\n  <<: *o\n  kind: sgd\n", "toy.yaml")
    assert locate(values, ("optimiser", "rate"), "toy.yaml") == Location("toy.yaml", 2, 1)


def test_an_alias_within_its_own_anchor_is_a_fault() -> None:
    (told,) = faults("languages: &a [de, *a]\n")
    assert told == "toy.yaml, line 1, column 12: languages.1: input should be a valid string, got None"


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        Toy().epochs = 3  # type: ignore[misc]


def test_a_default_is_checked_too() -> None:
    class Wrong(Config):
        epochs: Annotated[int, Field(ge=1)] = 0

    assert "epochs: input should be greater than or equal to 1" in faults("{}", Wrong)[0]


def test_neutral_is_declared_at_the_field() -> None:
    assert [name for name, info in Toy.model_fields.items() if is_neutral(info)] == ["workers"]
    assert "workers: input should be greater than or equal to 0" in faults("workers: -1")[0]


@pytest.mark.parametrize(("text", "message"), [
    ("", "toy.yaml: the file is empty"),
    ("# only a comment\n", "toy.yaml: the file is empty"),
    ("- a\n- b\n", "toy.yaml: expected `key: value` lines, found a CommentedSeq"),
    ("just words", "toy.yaml: expected `key: value` lines, found a str"),
    ("a: 1\na: 2\n", "toy.yaml, line 2, column 1: not valid YAML: found duplicate key"),
    ("a: [1, 2\nb: 3\n", "toy.yaml, line 2, column 2: not valid YAML: expected ',' or ']'"),
    ("a: 1\n---\nb: 2\n", "not valid YAML: but found another document"),
    ("a: \x00b", "not valid YAML"),
    ("\ta: 1", "toy.yaml, line 1, column 1: not valid YAML: found character '\\\\t'"),
])
def test_what_is_no_mapping_of_yaml_is_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message.replace("[", "\\[").replace("]", "\\]")):
        parse_yaml(text, "toy.yaml")


def test_a_file_is_read_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "toy.yaml"
    path.write_bytes(b"\xef\xbb\xbflanguage: no\r\nepochs: 2\r\n")  # as an editor on Windows saves it
    assert load_config(path, Toy) == Toy(language="no", epochs=2)
    path.write_text("epoch: 2\n")
    with pytest.raises(ConfigError, match=r"toy\.yaml, line 1, column 1: epoch: unknown key"):
        load_config(str(path), Toy)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file\n  → check the path"):
        read_yaml(tmp_path / "absent.yaml")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_yaml(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("name: Käse".encode("latin-1"))
    with pytest.raises(DataError, match="byte 7 is not UTF-8\n  → save the file as UTF-8"):
        read_yaml(tmp_path / "latin.yaml")


@pytest.mark.parametrize("values", [{"epochs": 3}, {"optimiser": {"rate": 2}}, {"languages": ["no"]}])
def test_a_config_survives_yaml_and_back(values: dict[str, Any]) -> None:
    config = validate(values, Toy, "here")
    assert validate(config.model_dump(), Toy, "here") == config
