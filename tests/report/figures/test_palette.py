from __future__ import annotations

import re
from importlib.resources import files

import pytest

PALETTE = files("sprachbund.report.figures").joinpath("palette.css").read_text(encoding="utf-8")


def _themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"color-scheme: (light|dark);(.*?)\}", PALETTE, re.DOTALL)
    return {f"{name}-{place}": dict(re.findall(r"--([\w]+): (#[0-9a-f]{6})", body))
            for place, (name, body) in enumerate(blocks)}


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", _themes())
def test_text_has_the_contrast_of_wcag_aa(theme):
    colours = _themes()[theme]
    for ink in ("ink", "soft", "better", "worse", "accent"):
        for paper in ("paper", "shade", "card"):
            assert _contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert _contrast(colours["ink"], colours["notice"]) >= 4.5


@pytest.mark.parametrize("theme", _themes())
def test_marks_have_the_contrast_of_graphics(theme):
    colours = _themes()[theme]
    for series in range(6):
        for paper in ("paper", "shade"):
            assert _contrast(colours[f"s{series}"], colours[paper]) >= 3.0, series


def test_the_button_and_the_preference_lead_to_the_same_dark():
    themes = [colours for name, colours in _themes().items() if name.startswith("dark")]
    assert len(themes) == 2
    assert themes[0] == themes[1]
    assert len({frozenset(colours) for colours in _themes().values()}) == 1


@pytest.mark.parametrize("theme", _themes())
def test_codes_can_be_read_on_every_shade_of_the_map(theme):
    colours = _themes()[theme]
    styles = files("sprachbund.report.figures").joinpath("figure.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--tone: var\(--(t\d)\); --on-tone: (#[0-9a-f]{6})", styles)
    assert [name for name, _ in pairs] == [f"t{number}" for number in range(7)]
    for name, ink in pairs:
        assert _contrast(colours[name], ink) >= 4.5, name
