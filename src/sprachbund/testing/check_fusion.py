"""The contract of a fusion, runnable on a stranger's class: `check_fusion("dlfa", {"layer": 1})`.

Each check raises AssertionError with a sentence that says which promise was broken and by how much.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import torch
from ruamel.yaml import YAML
from safetensors.torch import load, save
from torch import Tensor, nn

from sprachbund.core.canonical import plain
from sprachbund.core.config import parse_yaml, validate
from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.fusion.fusion import FUSIONS, Fusion, FusionConfig, start_of

N_LAYERS = 4
WIDTH = 24
TOLERANCES = {torch.float32: 1e-5, torch.bfloat16: 2e-2}
"""Largest difference, relative to states of size 1, that padding may make."""
POINTWISE = "order of tokens"


def check_fusion(fusion: str | type[Fusion], options: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Check everything that a fusion promises, in training and in evaluation.

    Shape; padding changes nothing (1e-5 in float32, 2e-2 in bfloat16, also under autocast); one position,
    one row and rows of nothing but padding give numbers; gradients reach every stream; the same seed gives
    the same weights; saving and loading gives the same fusion; the config survives YAML and JSON;
    layers that an encoder does not have are refused; with `identity_start` it starts as the last layer, bit for
    bit, and all this holds again; its gate, if it has one, gives its result.

    Args:
        fusion: a registered name, or the class.
        options: the config's options besides `type`; needed where the config has no defaults.

    Returns:
        What was found to hold, in a few words each; `POINTWISE` is no promise, only told where it is so.

    Raises:
        AssertionError: a broken promise, in a sentence.
        RegistryError: nobody registers the name.
    """
    fusion_class: type[Fusion] = FUSIONS.load(fusion).value if isinstance(fusion, str) else fusion
    is_fusion = isinstance(fusion_class, type) and issubclass(fusion_class, Fusion)
    assert is_fusion, f"{fusion_class!r} is no subclass of sprachbund.models.fusion.fusion.Fusion"
    config = _config(fusion_class, options or {})
    name = fusion_class.name
    _check_description(fusion_class)
    _check_config(config, name)
    layers = _check_layers(config, name)
    held = _check_built(fusion_class, config, name)
    if _takes_identity_start(config):
        started = config.model_copy(update={"identity_start": True})
        assert started.label() != config.label(), f"the label of {name} does not tell the identity start"
        _check_config(started, name)
        _check_start(fusion_class, started, name)
        _check_built(fusion_class, started, f"{name} with identity start")
        held += ("identity start",)
    return (f"layers {', '.join(map(str, layers))} of {N_LAYERS}", "config", *held)


def _check_built(fusion_class: type[Fusion], config: FusionConfig, name: str) -> tuple[str, ...]:
    """What a built fusion promises; what it held."""
    built = _build(fusion_class, config, seed=0)
    _check_weights(built, name)
    _check_seed(fusion_class, config, built)
    for training in (True, False):
        mode = f"{name} in {'training' if training else 'evaluation'}"
        for dtype in TOLERANCES:
            _check_shapes(built.train(training), dtype, mode)
            _check_padding(_sure(built.train(training)), dtype, mode)
        _check_autocast(_sure(built.train(training)), mode)
        _check_gradients(_opened(_sure(built.train(training))), mode)
    _check_saving(fusion_class, config, built)
    held = ["seed", "shapes", "padding", "bfloat16", "gradients", "saving"]
    if _is_pointwise(_opened(built.eval())):
        held.append(POINTWISE)
    if built.gate_channels is not None:
        _check_gate(_opened(built.eval()), built.gate_channels, name)
        held.append("gate")
    return tuple(held)


def _check_weights(built: Fusion, name: str) -> None:
    """Tuning leaves the fusion's learning rate alone where there is nothing to learn."""
    told, found = built.config.identity_start or built.has_weights, any(True for _ in built.parameters())
    assert told == found, (f"{name} has {'weights' if found else 'no weights'} to learn, and its class says "
                           f"`has_weights = {told}`")


def _config(fusion_class: type[Fusion], options: Mapping[str, Any]) -> FusionConfig:
    try:
        return validate({"type": fusion_class.name, **options}, fusion_class.config_class, "the options given")
    except ConfigError as error:
        raise AssertionError(
            f"{fusion_class.name} cannot be configured with the options {dict(options)}: give `options`. {error}"
        ) from None


def _check_description(fusion_class: type[Fusion]) -> None:
    name = fusion_class.name
    assert isinstance(fusion_class.version, int), f"{name} has no whole-numbered `version`"
    assert fusion_class.summary.strip(), f"{name} has no `summary` line for tables and reports"
    assert issubclass(fusion_class.config_class, FusionConfig), f"the config class of {name} is no FusionConfig"


def _check_config(config: FusionConfig, name: str) -> None:
    text = StringIO()
    YAML(typ="safe", pure=True).dump(plain(config), text)
    read = parse_yaml(text.getvalue(), "YAML")
    assert validate(read, type(config), "YAML") == config, f"the config of {name} changes on its way through YAML"
    read = json.loads(json.dumps(plain(config)))
    assert validate(read, type(config), "JSON") == config, f"the config of {name} changes on its way through JSON"
    assert config.label().strip(), f"the config of {name} has an empty label"


def _check_layers(config: FusionConfig, name: str) -> tuple[int, ...]:
    layers = config.layers(N_LAYERS)
    assert layers, f"{name} wants no layer at all"
    for n_layers in range(N_LAYERS, 0, -1):
        try:
            wanted = config.layers(n_layers)
        except ModelError:
            continue
        assert len(set(wanted)) == len(wanted), f"{name} wants a layer twice: {wanted}"
        assert all(0 <= layer <= n_layers for layer in wanted), (
            f"{name} wants the layers {wanted} of an encoder that has 0 to {n_layers}: it has to raise ModelError"
        )
    return layers


def _build(fusion_class: type[Fusion], config: FusionConfig, *, seed: int) -> Fusion:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return start_of(fusion_class(config, WIDTH, len(config.layers(N_LAYERS))), N_LAYERS)


def _takes_identity_start(config: FusionConfig) -> bool:
    try:
        validate({**config.model_dump(), "identity_start": True}, type(config), "identity start")
    except ConfigError:
        return False
    return True


def _opened(fusion: Fusion) -> Fusion:
    """A copy with every parameter away from its first value: some start at 0 and let nothing through at first."""
    generator = torch.Generator().manual_seed(23)
    moved = copy.deepcopy(fusion)
    with torch.no_grad():
        for parameter in moved.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return moved


def _sure(fusion: Fusion) -> Fusion:
    """A copy without dropout: what is drawn depends on the padding."""
    calm = copy.deepcopy(fusion)
    for module in calm.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return calm


def _check_seed(fusion_class: type[Fusion], config: FusionConfig, built: Fusion) -> None:
    again = _build(fusion_class, config, seed=0).state_dict()
    for key, value in built.state_dict().items():
        assert torch.equal(value, again[key]), f"{built.name}: the same seed gives another {key}"


def _inputs(fusion: Fusion, lengths: Sequence[int], positions: int, dtype: torch.dtype) -> tuple[list[Tensor], Tensor]:
    """States that are the same at real tokens whatever `positions` is; 1000 and more at padding."""
    generator = torch.Generator().manual_seed(17)
    longest = max(*lengths, 1)
    mask = torch.arange(positions) < torch.tensor(lengths).unsqueeze(1)
    states = []
    for _ in range(fusion.n_streams):
        real = torch.randn(len(lengths), longest, fusion.width, generator=generator)
        padded = torch.full((len(lengths), positions, fusion.width), 1000.0 + positions)
        padded[:, :longest] = real
        padded[~mask] = 1000.0 + positions
        states.append(padded.to(dtype))
    return states, mask


def _run(fusion: Fusion, states: Sequence[Tensor], mask: Tensor) -> Tensor:
    """Fuse with a copy, so that running statistics of one check do not reach the next."""
    fused: Tensor = copy.deepcopy(fusion).to(states[0].dtype)(states, mask)
    return fused


def _check_shapes(fusion: Fusion, dtype: torch.dtype, mode: str) -> None:
    for lengths, positions in (([3, 5, 2], 5), ([1], 1), ([4], 6), ([1, 1], 1), ([0, 3], 4), ([1, 0], 2), ([0, 0], 3)):
        states, mask = _inputs(fusion, lengths, positions, dtype)
        with torch.no_grad():
            fused = _run(fusion, states, mask)
        case = f"{mode}, {dtype}, sentences of {lengths} pieces padded to {positions}"
        assert fused.shape == states[0].shape, f"{case}: expected {tuple(states[0].shape)}, got {tuple(fused.shape)}"
        assert fused.dtype == dtype, f"{case}: expected {dtype}, got {fused.dtype}"
        assert bool(fused.isfinite().all()), f"{case}: not every value is a number"


def _check_padding(fusion: Fusion, dtype: torch.dtype, mode: str) -> None:
    lengths = [3, 7, 5, 1]
    short, short_mask = _inputs(fusion, lengths, 7, dtype)
    long, long_mask = _inputs(fusion, lengths, 12, dtype)
    with torch.no_grad():
        difference = _run(fusion, short, short_mask)[short_mask] - _run(fusion, long, long_mask)[long_mask]
    largest = float(difference.float().abs().max())
    assert largest <= TOLERANCES[dtype], (
        f"{mode}, {dtype}: five more positions of padding change real tokens by {largest:.3g}, "
        f"more than {TOLERANCES[dtype]:g}"
    )
    if not fusion.training:  # in training, statistics over the batch may join its sentences
        alone = [state[:1, : lengths[0]] for state in short]
        with torch.no_grad():
            difference = _run(fusion, alone, short_mask[:1, : lengths[0]]) - _run(fusion, short, short_mask)[:1, :3]
        largest = float(difference.float().abs().max())
        assert largest <= TOLERANCES[dtype], (
            f"{mode}, {dtype}: a sentence alone differs from the same one in a batch by {largest:.3g}, "
            f"more than {TOLERANCES[dtype]:g}"
        )


def _is_pointwise(fusion: Fusion) -> bool:
    """Whether tokens in another order give the same results in that order: no promise, but worth knowing."""
    states, mask = _inputs(fusion, [5, 5], 5, torch.float32)
    order = torch.tensor([3, 0, 4, 2, 1])
    with torch.no_grad():
        moved = _run(fusion, [state[:, order] for state in states], mask)
        return torch.allclose(_run(fusion, states, mask)[:, order], moved, atol=TOLERANCES[torch.float32])


def _check_start(fusion_class: type[Fusion], config: FusionConfig, name: str) -> None:
    streams = config.streams(N_LAYERS)
    built = _build(fusion_class, config, seed=0)
    for training in (True, False):
        for dtype in TOLERANCES:
            states, mask = _inputs(built, [3, 5, 1], 5, dtype)
            with torch.no_grad():
                fused = _run(built.train(training), states, mask)
            same = torch.equal(fused[mask], states[streams.index(N_LAYERS)][mask])
            assert same, f"{name} with identity start, {dtype}: the first result is not the last layer, bit for bit"
    states, mask = _inputs(built, [3, 5, 1], 5, torch.float32)
    built.train()(states, mask)[mask].square().sum().backward()
    moves = any(bool(parameter.grad.any()) for parameter in built.parameters() if parameter.grad is not None)
    assert moves, (f"{name} with identity start never learns: it starts as the last layer by itself, so that gain and "
                   "difference are both 0; let its config refuse identity_start (Literal[False]), or start elsewhere")


def _check_gate(fusion: Fusion, channels: int, name: str) -> None:
    states, mask = _inputs(fusion, [3, 5, 1], 5, torch.float32)
    with torch.no_grad():
        gate = fusion.read_gate(states, mask)
        assert gate is not None, f"{name} names {channels} channels of a gate and has none"
        expected = (*mask.shape, channels)
        assert gate.shape == expected, f"the gate of {name} has the shape {tuple(gate.shape)}, expected {expected}"
        assert not bool(gate[~mask].any()), f"the gate of {name} is not 0 at padding"
        difference = (fusion.apply_gate(states, mask, gate) - fusion(states, mask))[mask].abs().max()
        assert float(difference) <= 1e-5, f"the gate of {name} gives another result than forward: {difference:.3g}"
        frozen = gate[mask].mean(0).view(1, 1, -1)
        shape = fusion.apply_gate(states, mask, frozen).shape
    assert shape == states[0].shape, f"{name} cannot be given one gate for all positions: {tuple(shape)}"


def _check_autocast(fusion: Fusion, mode: str) -> None:
    states, mask = _inputs(fusion, [3, 7, 5, 1], 7, torch.float32)
    with torch.no_grad():
        full = _run(fusion, states, mask)[mask]
        with torch.autocast("cpu", torch.bfloat16):
            half = _run(fusion, states, mask)[mask]
    size = float(full.abs().max())
    largest = float((full - half.float()).abs().max())
    assert largest <= 2e-2 * max(1.0, size), (
        f"{mode}: bfloat16 autocast differs from float32 by {largest:.3g} where values reach {size:.3g}"
    )


def _check_gradients(fusion: Fusion, mode: str) -> None:
    states, mask = _inputs(fusion, [3, 5], 5, torch.float32)
    for state in states:
        state.requires_grad_()
    weights = torch.randn(states[0].shape, generator=torch.Generator().manual_seed(5))
    (_run(fusion, states, mask) * weights)[mask].sum().backward()  # type: ignore[no-untyped-call]
    for number, state in enumerate(states):
        assert state.grad is not None, f"{mode}: no gradient reaches stream {number}"
        assert bool(state.grad.isfinite().all()), f"{mode}: the gradient of stream {number} is not finite"
        assert bool(state.grad[mask].abs().sum() > 0), f"{mode}: the gradient of stream {number} is zero everywhere"
        assert not bool(state.grad[~mask].any()), f"{mode}: padding of stream {number} has a gradient"


def _check_saving(fusion_class: type[Fusion], config: FusionConfig, built: Fusion) -> None:
    states, mask = _inputs(built, [3, 5], 5, torch.float32)
    trained = copy.deepcopy(built).train()
    with torch.no_grad():
        trained(states, mask)  # running statistics, if any, leave their initial values
    other = _build(fusion_class, config, seed=1)
    other.load_state_dict(load(save({key: value.contiguous() for key, value in trained.state_dict().items()})))
    with torch.no_grad():
        same = torch.equal(trained.eval()(states, mask), other.eval()(states, mask))
    assert same, f"{built.name}: what was saved and loaded again gives another result"
