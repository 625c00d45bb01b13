"""The encoder interface; how encoders are named and found: `source`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from jaxtyping import Bool, Int
from torch import Tensor, nn

from sprachbund.models.taps import HiddenStates


class Encoder(nn.Module, ABC):
    """Pieces and a mask to hidden states, by our own forward hooks.

    Attributes:
        width: E.
        n_layers: N, layers above the embeddings.
        normed_last: whether layer N is after a final norm that lower layers lack.
        provenance: the sentence that every table and report repeats, or "".
    """

    width: int
    n_layers: int
    normed_last: bool
    provenance: str

    @abstractmethod
    def forward(
        self,
        piece_ids: Int[Tensor, "batch positions"],
        mask: Bool[Tensor, "batch positions"],
        layers: Sequence[int],
        type_ids: Int[Tensor, "batch positions"] | None = None,
    ) -> HiddenStates:
        """Run the encoder up to the highest layer asked for and keep only the layers asked for.

        Args:
            piece_ids: vocabulary ids.
            mask: True at real pieces.
            layers: layer numbers, 0..N, any order, repeats allowed.
            type_ids: segment ids, or None.

        Raises:
            ModelError: a layer that the encoder does not have.
        """

    @property
    def takes_streams(self) -> bool:
        """Whether `forward` has a further argument `stream`, a `DropoutStream` from which all masks are drawn.

        Parts of a batch can then be trained in several threads, with the same result in any order.
        """
        return False

    @property
    @abstractmethod
    def word_embeddings(self) -> nn.Embedding:
        """The embedding matrix of the pieces (vocabulary trimming works on it)."""
