"""Code versions of the stages that run torch, apart from what they run: a plan needs them and no torch.

A version is raised when the same inputs can give another result.
"""

from __future__ import annotations

TRAIN = 1
PREDICT = 2
PROBE = 1
RETRIEVAL = 1
