"""How a sweep's findings are put in words: headline, sentences of a task, what stands beside every number."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.report.numbers import plural, seeds_text, signed, signed_span
from sprachbund.results.sweep_findings import Bounds, Contender, Gain, LayerChoice, SweepFindings, SweepPart


def source_name(part: SweepPart) -> str:
    """The source language's name; its code where it was not scored."""
    return next((target.name for target in part.targets if target.is_source), part.source)


def told_apart(bounds: Bounds, level: float) -> int:
    """1 a gain, -1 a loss, 0 where the interval holds zero or the p corrected over the tasks does not bear it."""
    p = bounds.p if bounds.p_tasks is None else bounds.p_tasks
    if bounds.low <= 0 <= bounds.high or p > 1 - level + 1e-12:
        return 0
    return 1 if bounds.low > 0 else -1


def over_control(part: SweepPart, contender: Contender) -> Gain | None:
    """A contender against the equal-parameter control, or None where there is none."""
    first = part.controls[0] if part.controls else None
    return next((gain for gain in contender.over_controls if gain.against == first), None)


def aggregators_of(part: SweepPart) -> list[Contender]:
    """Contenders that see lower layers, best on source dev first: the order a choice without test scores gives."""

    def height(contender: Contender) -> float:
        dev = part.system(contender.system).dev
        return dev.mean if dev else float("-inf")

    return sorted((item for item in part.contenders if not item.control), key=lambda item: -height(item))


def training_line(part: SweepPart) -> str:
    """Training data and remarks (a stand-in training set), which stand beside every number of a part."""
    sentences = [f"{part.data_set} is trained on {part.train_data}, {plural(part.train_examples, 'example')}.",
                 *(f"{remark.rstrip('.')}." for remark in part.remarks)]
    return " ".join(sentences)


def set_line(part: SweepPart) -> str:
    """Language set and seeds."""
    seeds = sorted({seed for system in part.systems for seed in system.seeds})
    return (f"{plural(len(part.languages), 'target language')} without {source_name(part)} "
            f"({', '.join(part.languages)}); {seeds_text(seeds)}")


def headline(findings: SweepFindings) -> str:
    """On how many tasks lower layers bring a gain; nothing is claimed that its interval does not bear."""
    parts, level = findings.parts, findings.level
    if len(parts) == 1:
        return task_sentence(parts[0], level)
    gained = [part for part in parts if _gaining(part, level)]
    proven = [part for part in gained if any(_over_control(part, item, level) for item in _gaining(part, level))]
    if not gained:
        return (f"On none of {plural(len(parts), 'task')} is anything that sees lower layers better than the last "
                "layer by more than chance explains.")
    told = (f"On {len(gained)} of {plural(len(parts), 'task')} something that sees lower layers is better than the "
            f"last layer ({', '.join(part.data_set for part in gained)})")
    if not any(part.controls for part in gained):
        return f"{told}; no control with as many parameters was run."
    if not proven:
        return f"{told}, and on none of them better than the control with as many parameters."
    also = "there too" if len(proven) == len(gained) else f"on {', '.join(part.data_set for part in proven)} only"
    return f"{told}, and {also} better than the control with as many parameters."


def choice_sentence(part: SweepPart, choice: LayerChoice, level: float) -> str:
    """Chosen layer, oracle and luck of one aggregator in words."""
    contender = part.contender(choice.aggregator)
    gain = f", which gains {_gain(contender.gain)}" if contender else ""
    by_seed = dict.fromkeys(choice.by_seed)
    agree = ("every seed alone chooses it too" if set(by_seed) == {choice.chosen}
             else f"seeds alone would choose {', '.join(layer_name(part, name) for name in choice.by_seed)}")
    sentence = f"{source_name(part)} dev chooses {layer_name(part, choice.chosen)}{gain}; {agree}."
    if choice.oracle == choice.chosen:
        sentence += " It is the best on test too."
    else:
        sentence += (f" Best on test (oracle) is {layer_name(part, choice.oracle)} with {_gain(choice.oracle_gain)}; "
                     f"{signed(choice.lost.mean).lstrip('+')} points are lost to the choice.")
    if choice.luck:
        luck = choice.luck
        sentence += (f" With layer labels dealt anew within each seed, the last layer's among them, the best of "
                     f"{luck.candidates} gains {signed(luck.expected)} on average and more than {signed(luck.high)} in "
                     f"{round(100 * (1 - level))} of 100 cases.")
        if luck.noise is not None:
            sentence += f" Seeds alone, if layers did not differ, would give it {signed(luck.noise)}."
    return sentence


def layer_name(part: SweepPart, system: str) -> str:
    """A system by its layer ("layer 9"), or by its name where it has none."""
    layer = part.system(system).layer
    return system if layer is None else f"layer {layer}"


def task_sentence(part: SweepPart, level: float) -> str:
    """What was gained over the last layer and over the control on one task."""
    contenders = aggregators_of(part)
    if not contenders:
        return f"{part.data_set}: nothing that sees lower layers was compared with {part.baseline}."
    gains = _gaining(part, level)
    if not gains:
        best = contenders[0]
        return (f"{part.data_set}: nothing is told apart from {part.baseline} as better; {best.system}, the best on "
                f"{source_name(part)} dev, is at {_gain(best.gain)}.")
    named = _named(gains)
    if not part.controls:
        return f"{part.data_set}: over {part.baseline}, {named}; no control with as many parameters was run."
    both = [item for item in gains if _over_control(part, item, level)]
    if not both:
        return (f"{part.data_set}: over {part.baseline}, {named}; none of it is told apart from the control with as "
                "many parameters.")
    rest = "" if len(both) == len(gains) else f" (of these over the control too: {', '.join(x.system for x in both)})"
    also = " and over the control with as many parameters" if len(both) == len(gains) else ""
    return f"{part.data_set}: over {part.baseline}{also}, {named}{rest}."


def _gaining(part: SweepPart, level: float) -> list[Contender]:
    """What is told apart from the baseline as better, best on source dev first."""
    return [item for item in aggregators_of(part) if told_apart(item.gain.here, level) > 0]


def _over_control(part: SweepPart, contender: Contender, level: float) -> bool:
    over = over_control(part, contender)
    return over is not None and told_apart(over.here, level) > 0


def _named(contenders: Sequence[Contender], shown: int = 3) -> str:
    told = "; ".join(f"{item.system} {_gain(item.gain)}" for item in contenders[:shown])
    more = len(contenders) - shown
    return told + (f"; {more} more" if more > 0 else "")


def _gain(gain: Gain) -> str:
    return f"{signed(gain.mean)} ({signed_span(gain.here)})"
