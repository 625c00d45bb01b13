"""Built-in names, and names that other packages register."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sprachbund.core.errors import RegistryError
from sprachbund.core.registry import Registry

GROUP = "sprachbund.test_toys"


@pytest.fixture
def registry() -> Registry:
    return Registry("toy", GROUP, {"path": "pathlib:Path", "never": "no_such_module:Thing"})


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.syspath_prepend(tmp_path)

    def install(distribution: str, version: str, entries: str) -> None:
        folder = tmp_path / f"{distribution}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (folder / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}\n")

    return install


def test_a_built_in_is_loaded_by_name_and_only_then(registry: Registry) -> None:
    component = registry.load("path")
    assert (component.name, component.value, component.distribution) == ("path", Path, None)
    assert "no_such_module" not in sys.modules


def test_a_stranger_comes_with_distribution_and_version(registry: Registry, install) -> None:  # type: ignore[no-untyped-def]
    install("gated", "0.3.1", "gated = pathlib:PurePath")
    component = registry.load("gated")
    assert component.value.__name__ == "PurePath"
    assert component.distribution == "gated==0.3.1"
    assert registry.names() == ["path", "never", "gated"]


def test_a_built_in_goes_before_a_stranger_of_the_same_name(registry: Registry, install) -> None:  # type: ignore[no-untyped-def]
    install("gated", "0.3.1", "path = pathlib:PurePath")
    assert registry.load("path").value is Path
    assert registry.names() == ["path", "never"]


def test_an_unknown_name_gets_near_matches_and_all_names(registry: Registry) -> None:
    with pytest.raises(RegistryError) as caught:
        registry.load("Paht")
    assert str(caught.value) == (
        "there is no toy named 'Paht'\n"
        f"  → did you mean path? known: path, never; others come by an entry point in the group '{GROUP}'"
    )
    with pytest.raises(RegistryError, match="→ known: path, never"):
        registry.load("zzzzzz")


def test_two_packages_with_one_name_are_both_named(registry: Registry, install) -> None:  # type: ignore[no-untyped-def]
    install("gated", "0.3.1", "gated = pathlib:PurePath")
    install("other", "1.0", "gated = pathlib:PosixPath")
    with pytest.raises(RegistryError, match=r"more than one package: gated==0\.3\.1 or other==1\.0"):
        registry.load("gated")


def test_a_package_that_cannot_be_imported_is_named(registry: Registry, install) -> None:  # type: ignore[no-untyped-def]
    install("gated", "0.3.1", "gated = no_such_module:Gated")
    with pytest.raises(RegistryError) as caught:
        registry.load("gated")
    assert str(caught.value) == (
        "the toy 'gated' of gated==0.3.1 cannot be loaded from no_such_module:Gated: ModuleNotFoundError: "
        "No module named 'no_such_module'\n  → install a version of gated that works here, or uninstall it"
    )
