import json
from dataclasses import replace

import pytest

from benchmarks.floor import (
    FORWARD,
    PASSES,
    Amounts,
    Operations,
    Shape,
    count_operations,
    floor_seconds,
    floors,
    rates_of,
    training_operations,
)
from benchmarks.floor_section import PRODUCTS, floor_of, floor_text
from benchmarks.harness import Measurement
from benchmarks.peers import BUNDLED
from benchmarks.predict import BATCH_PIECES
from benchmarks.profiling import condensed, part_of
from benchmarks.scaling import SHAPES


def test_operations_agree_with_a_count_by_hand():
    # one layer, one window of 3 pieces, 2 words: products of 2 * m * k * n operations, three times (forward and both
    # gradients)
    operations = training_operations(Shape(layers=1, width=4, inner=8, labels=5), [3], words=2)
    feed_forward = 3 * (2 * 3 * 4 * 8)
    assert operations.linear == {(4, 4): 3 * 4 * (2 * 3 * 4 * 4), (4, 8): feed_forward, (8, 4): feed_forward}
    assert operations.attention == 3 * 2 * (2 * 3 * 3 * 4)
    assert operations.head == 3 * (2 * 2 * 4 * 5)
    assert operations.total == sum(operations.linear.values()) + operations.attention + operations.head


def test_operations_agree_with_torchs_own_counter():
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import BertConfig, BertForTokenClassification

    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
                        num_labels=3, attn_implementation="eager")
    model, ids = BertForTokenClassification(config), torch.ones(2, 7, dtype=torch.long)
    with FlopCounterMode(display=False) as counter:
        model(input_ids=ids, labels=ids % 3).loss.backward()
    shape = Shape(layers=2, width=16, inner=24, labels=3)
    assert counter.get_total_flops() == training_operations(shape, [7, 7], words=14).total


def test_operations_of_a_decoder_agree_with_torchs_own_counter():
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import Qwen3Config, Qwen3ForTokenClassification

    config = Qwen3Config(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, head_dim=8,
                         num_key_value_heads=2, intermediate_size=24, num_labels=3, attn_implementation="eager",
                         use_cache=False, pad_token_id=0)
    model, ids = Qwen3ForTokenClassification(config), torch.ones(2, 7, dtype=torch.long)
    with FlopCounterMode(display=False) as counter:
        model(input_ids=ids, labels=ids % 3).loss.backward()
    counted = sum(count for name, count in counter.get_flop_counts()["Global"].items() if "bmm" not in str(name))
    shape = Shape(2, 16, 24, 3, queries=32, keys=16, gated=True, causal=True)
    operations = training_operations(shape, [7, 7], words=14)
    assert counted == operations.total - operations.attention
    # a piece with itself and those before it: 28 pairs of 49
    assert operations.attention == training_operations(replace(shape, causal=False), [7, 7], 14).attention * 28 / 49


def test_prediction_counts_the_forward_products_alone():
    shape = Shape(layers=2, width=16, inner=24, labels=3)
    amounts = Amounts.of([7, 5], words=9)
    assert amounts == Amounts(pieces=12, pairs=74, words=9)
    forward, both = count_operations(shape, amounts, FORWARD), count_operations(shape, amounts)
    assert both.total == 3 * forward.total == training_operations(shape, [7, 5], words=9).total
    rates = {product: dict.fromkeys(PASSES, 1e9) | {"forward": 2e9} for product in shape.products()}
    assert floor_seconds(forward, rates) == pytest.approx(forward.total / 2e9)


def test_shares_are_taken_within_rounds():
    rows = [{"setting": "all threads", "k": 4, "n": 4, "pass": "forward", "library": "torch", "median": rate,
             "best": rate} for rate in (1.0, 2.0)]
    operations = Operations({(4, 4): 1e9}, 0.0, 0.0, FORWARD)
    runs = [Measurement(PRODUCTS, number, 1.0, 1.0, {"products": [row]}) for number, row in enumerate(rows)]
    found = floor_of(runs, operations, {"ours": {0: 2.0, 1: 2.0}, "failed": {0: None}})
    assert [one["shares"] for one in found["rounds"]] == [{"ours": 0.5}, {"ours": 0.25}]
    assert floor_of([], operations, {"ours": {0: 2.0}})["rounds"] == []
    told = floor_text(found, {"ours": "sprachbund", "failed": "Trainer"})
    assert "Share of that rate: sprachbund 38 % (25 to 50)." in told
    assert "forward, real pieces only" in told


def test_shapes_and_batches_of_the_floors_are_those_of_the_engine():
    from benchmarks.systems.scale import SMALL
    from sprachbund.evaluation.predict import PROCESSOR_BATCH_PIECES
    from sprachbund.models.encoders.opening import encoder_info

    info, bundled = encoder_info(BUNDLED), SHAPES["bundled"]
    assert (info.n_layers, info.width, 4 * info.width) == (bundled.layers, bundled.width, bundled.inner)
    assert BATCH_PIECES == PROCESSOR_BATCH_PIECES
    assert (SMALL["num_hidden_layers"], SMALL["hidden_size"], SMALL["intermediate_size"]) == (2, 64, 256)


def test_shape_of_a_folder(tmp_path):
    config = {"num_hidden_layers": 12, "hidden_size": 384, "intermediate_size": 1536}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert Shape.of_folder(tmp_path, 17) == Shape(12, 384, 1536, 17)
    config |= {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 128}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert Shape.of_folder(tmp_path, 17) == Shape(12, 384, 1536, 17, queries=512, keys=256, gated=True, causal=True)
    assert Shape.of_folder(tmp_path, 17).products() == {
        (384, 512): 12, (384, 256): 24, (512, 384): 12, (384, 1536): 24, (1536, 384): 12}


def measured(rate, setting="all threads", library="torch"):
    return [{"setting": setting, "k": 4, "n": 4, "pass": name, "library": library, "median": rate, "best": 2 * rate}
            for name in ("forward", "input gradient", "weight gradient")]


def test_the_floor_takes_the_fastest_library_of_each_product():
    products = measured(1.0) + measured(3.0, library="numpy") + measured(2.0, setting="one thread a core")
    assert rates_of({"products": products}, "all threads", "median")[4, 4]["forward"] == 3e9
    operations = Operations({(4, 4): 6e9}, attention=1.5e9, head=1.5e9)
    found = floors(operations, {"products": products})
    assert found["seconds"]["all threads"] == {"median": pytest.approx(3.0), "best": pytest.approx(1.5)}
    assert found["seconds"]["one thread a core"]["median"] == pytest.approx(4.5)
    assert found["floor_seconds"] == pytest.approx(3.0)
    assert found["gflop_per_second"] == {"all threads": pytest.approx(3.0), "one thread a core": pytest.approx(2.0)}


def test_slow_products_weigh_by_their_time():
    rates = {(4, 4): {"forward": 1e9, "input gradient": 2e9, "weight gradient": 4e9}}
    assert floor_seconds(Operations({(4, 4): 3e9}, 0.0, 0.0), rates) == pytest.approx(1 + 0.5 + 0.25)


@pytest.mark.parametrize(("operator", "part"), [
    ("aten::addmm", "matrix products"), ("aten::bmm", "attention"), ("aten::_softmax_backward_data", "attention"),
    ("aten::bernoulli_", "dropout"), ("aten::gelu_backward", "activation"), ("aten::native_layer_norm", "norms"),
    ("aten::_fused_adamw_", "optimiser"), ("aten::embedding_dense_backward", "embedding"), ("aten::mul", "rest"),
])
def test_operators_belong_to_parts(operator, part):
    assert part_of(operator) == part


def test_a_profile_is_summed_by_part():
    class Event:
        def __init__(self, key, seconds):
            self.key, self.self_cpu_time_total, self.count = key, seconds * 1e6, 2

    found = condensed([Event("aten::mm", 2.0), Event("aten::addmm", 1.0), Event("aten::mul", 1.0)])
    assert found["seconds"] == {"matrix products": 3.0, "rest": 1.0}
    assert found["shares"] == {"matrix products": 0.75, "rest": 0.25}
    assert found["operators"][0] == {"name": "aten::mm", "seconds": 2.0, "calls": 2}
