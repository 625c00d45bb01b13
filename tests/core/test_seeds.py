"""Seed streams are independent and the same everywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.seeds import derive_seed

PURPOSE = st.lists(st.text(max_size=3) | st.integers(-3, 3), max_size=3)


def test_seeds_do_not_change_between_versions() -> None:
    assert derive_seed(1, "shuffle", 0) == 867677886101798420
    assert derive_seed(0) == 1999793380834467432


@given(st.integers(0, 3), PURPOSE, st.integers(0, 3), PURPOSE)
def test_different_purposes_have_different_seeds(
    root: int, purpose: list[str | int], other_root: int, other: list[str | int]
) -> None:
    same = (root, purpose) == (other_root, other)
    assert (derive_seed(root, *purpose) == derive_seed(other_root, *other)) == same


def test_parts_of_a_purpose_are_kept_apart() -> None:
    assert derive_seed(1, "a", "b") != derive_seed(1, "a\x1fb")
    assert derive_seed(1, "1") != derive_seed(1, 1)


@given(st.integers(), st.text(st.characters(exclude_categories=["Cs"])))
def test_seeds_fit_what_libraries_take(root: int, purpose: str) -> None:
    assert 0 <= derive_seed(root, purpose) < 2**63
