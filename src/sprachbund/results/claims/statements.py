"""The claims of 2205.08497 that are judged here, in our words, with what is asked of each.

What the paper reports is known from its abstract, where it says so, and else from descriptions of it; its
body was not available when this list was made.
"""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.results.claims.records import Kind

DATA_SETS = ("xnli", "pawsx", "panx", "ud_pos")
"""The four data sets of the paper, by the names of their cards."""
PURPOSE = {"xnli": "XNLI", "pawsx": "PAWS-X", "panx": "NER", "ud_pos": "POS"}
"""What tables call them."""
MOST_TASKS = 3
"""Of the four tasks, how many must bear a claim that speaks of all."""
SMALLEST_EFFECT = 0.5
"""Smallest effect of interest in points of accuracy or F1: about a third of the smallest gain reported (1.2)."""
PLANNED_SEEDS = 5
"""Seeds below this number are said in the verdict itself."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim.

    Args:
        claim: "C1".
        says: the claim in one sentence.
        kind: whether runs or checks of the module decide it.
        rule: how it is decided, one or two sentences.
        figure: what the deciding figure of a part is; "" where no figure decides.
    """

    claim: str
    says: str
    kind: Kind
    rule: str
    figure: str = ""


_COMMON = ("Supported: interval above 0, at least 0.5 points, and better than the control with as many parameters that "
           "sees the last layer alone. Parameter effect: above 0, but not better than that control. Not supported: the "
           "whole interval below 0.5. Else undecided.")

STATEMENTS: tuple[Statement, ...] = (
    Statement(
        "C1", "Lower layers carry more cross-lingual information, upper layers more of the structure of a language.",
        "empirical",
        "Supported if, in both poolings, retrieval of translations falls over the layers and from the middle "
        "to the top, and probes of structure rise. Middle: retrieval is best in the middle.",
        "correlation of retrieval with the layer, from the middle to the top",
    ),
    Statement(
        "C2", "Layers before the last supply extra information for different tasks.",
        "empirical",
        f"D_k against the last layer, k chosen on source dev, on at least 3 of 4 tasks. {_COMMON}",
        "points over the last layer",
    ),
    Statement(
        "C3", "There is an optimal dynamic equilibrium between cross-lingual ability and structure.",
        "empirical",
        "Supported if the best layer k, and the best mixing weight, lie inside their range in 80 % of "
        "bootstrap draws on at least 3 tasks, and a quadratic curve foretells a seed left out better than a "
        "flat or a straight one.",
        "bootstrap draws in which the best layer lies inside",
    ),
    Statement(
        "C4", "A module based on attention fuses two layers.",
        "architecture",
        "Two states of one shape give one of that shape, weights depend on the input, gradients reach both "
        "layers.",
    ),
    Statement(
        "C5", "It improves four data sets: XNLI +1.5, PAWS-X +2.4, NER +1.2 F1, POS +1.5 F1.",
        "empirical",
        "By data set. Supported: the common rule, and the gain reported lies in the interval. Smaller than "
        f"reported: above 0 and below it. The common rule: {_COMMON}",
        "points over the last layer",
    ),
    Statement(
        "C6", "The best aggregation models beat the baseline by 1 to 3 points.",
        "empirical",
        "Supported if the layer chosen on source dev gains 1.0 to 3.0 points on at least 3 of 4 tasks, "
        "interval above 0; what the best layer on test (the oracle) has over it is told beside it.",
        "points over the last layer",
    ),
    Statement(
        "C7", "The best results of the four tasks come from different fusion layers.",
        "empirical",
        "Supported if all best layers agree in less than 5 % of bootstrap draws and task x layer interact "
        "(likelihood ratio, labels permuted). Undecided where curves are flat within noise: the best layer is "
        "arbitrary then.",
        "probability that all best layers agree",
    ),
    Statement(
        "C8", "Good semantic and structural features are a crucial reason for cross-lingual effectiveness.",
        "empirical",
        "Supported if either probe goes with the target score, the other kept fixed, and removing either "
        "subspace costs at least 1 point more than removing a random one of the same rank. More than that "
        "cannot be decided.",
        "points that removing a subspace costs beyond a random one",
    ),
    Statement(
        "C9", "Languages of one family are strongly alike.",
        "empirical",
        "Supported if the D_k curves of languages of one family are more alike than those of others "
        "(permutation test, p < 0.05, script and resources kept fixed), and still so without the source's own "
        "family.",
        "correlation of curves within minus between families",
    ),
    Statement(
        "C10", "The last layer and one lower layer are fused, and the fused state goes to the task head.",
        "architecture",
        "The head reads the fused state alone; another lower layer changes no logit; the last layer fused "
        "with itself is the last layer.",
    ),
    Statement(
        "C11", "Representations are batch x positions x width.",
        "architecture",
        "Shapes for 1, 7 and 128 positions and 1 and 4 sentences; padding changes nothing at real tokens.",
    ),
    Statement(
        "C12", "AIF extracts global and local information by two branches and multiplies it with the input.",
        "both",
        "The equations against a case computed by hand. Supported if the whole module beats either branch "
        "alone and the gate without the multiplication, on two tasks, by the common rule.",
        "points over each ablation",
    ),
    Statement(
        "C13", "AIF obtains information dynamically according to the task.",
        "empirical",
        "Supported if task explains more of the gate's variance than seeds do (interval of the ratio above "
        "1), and a gate frozen at its mean loses at least 0.5 points.",
        "variance by task over that by seed; points that freezing changes",
    ),
    Statement(
        "C14", "AIF's structure follows SENet: squeeze, then expansion.",
        "architecture",
        "First map E to E/r, second E/r to E, sigmoid last; 595,584 parameters for E = 768, r = 4.",
    ),
    Statement(
        "C15", "AIF has two convolution layers.",
        "architecture",
        "Two in a branch, four in the module; the wording would also bear two in all.",
    ),
    Statement(
        "C16", "The input of AIF is one state W of batch x positions x width.",
        "architecture",
        "Sum and mean of the two layers are both offered, and differ as the equations say.",
    ),
    Statement(
        "C17", "AIF has two contextual aggregation branches.",
        "architecture",
        "Two branches, one of them pooled over positions; the local one is point-wise: permuted tokens give "
        "permuted states.",
    ),
)

BY_NAME = {statement.claim: statement for statement in STATEMENTS}
"""Claims by name."""
