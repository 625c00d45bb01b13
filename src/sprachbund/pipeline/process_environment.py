"""Variables that work only if they stand in a process's environment before it imports torch.

The command line sets them for itself, executors for their child processes; importing the package sets
nothing. This module imports nothing, so that the command line can read it first.
"""

from __future__ import annotations

TORCH_ENVIRONMENT = {
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "16", "LRU_CACHE_CAPACITY": "16", "GOMP_SPINCOUNT": "1000",
    "MALLOC_ARENA_MAX": "1",
}
"""oneDNN keeps a primitive for every shape it has seen, and batches have many shapes: the two limits keep a
training run at about 2.3 GB instead of 4. OpenMP's threads otherwise wait by spinning, and on a machine that
does other work too they then take the processor from the thread they wait for: several times slower. glibc
otherwise gives each thread a heap of its own, and what a training's threads free in turn is not used again: a
tenth more memory."""
