"""Child: what PyTorch finds of an accelerator. Specification: device ("cuda" or "cpu").

Figures: found (whether it is there), name, memory_mib, bf16 (whether it computes in it), torch (its version).
"""

from __future__ import annotations

import torch

from benchmarks.systems.child import specification, tell
from sprachbund.models.precision import has_bf16


def main() -> None:
    """Look."""
    device = specification()["device"]
    if device == "cpu":
        tell(found=True, name="processor", memory_mib=None, bf16=has_bf16(torch.device("cpu")), torch=torch.__version__)
    elif not torch.cuda.is_available():
        tell(found=False, torch=torch.__version__)
    else:
        facts = torch.cuda.get_device_properties(0)
        tell(found=True, name=facts.name, memory_mib=facts.total_memory / 2**20, bf16=has_bf16(torch.device("cuda")),
             torch=torch.__version__)


if __name__ == "__main__":
    main()
