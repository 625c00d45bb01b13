"""The parent's end of a child process."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from signal import Signals
from typing import IO, cast

from sprachbund.core.errors import StageError
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.events import Progress
from sprachbund.stages.executors.messages import STOP, Ended, Message

_PROGRAM = """
import json, sys
path, root = json.loads(sys.argv[1])
sys.path[:] = path
from sprachbund.stages.executors.child import main
main(root)
"""
"""Not multiprocessing's spawn: that runs the user's script once more in every child, and forever without a guard."""

_TAIL_LINES = 40


class ChildProcess:
    """A child process that performs assignments one at a time.

    Args:
        environment: variables set over this process's own, before the child's interpreter starts.
        root: the store's folder.
        inbox: where the child's messages go, each with this object; the last one is always `Ended`.

    Attributes:
        current: what it works on, or None.
        progress: the last progress report of that.

    Raises:
        OSError: the system cannot start a process.
    """

    def __init__(
        self, environment: Mapping[str, str], root: Path, inbox: SimpleQueue[tuple[ChildProcess, Message]]
    ) -> None:
        self.current: Assignment | None = None
        self.progress: Progress | None = None
        self._environment = dict(environment)
        self._kind: str | None = None  # of what it did last
        self._ends = False
        self._inbox = inbox
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, json.dumps([[str(entry or Path.cwd()) for entry in sys.path], str(root)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
            # Out of the terminal's reach: Ctrl-C comes to the parent, which tells each child once.
            process_group=0 if os.name == "posix" else None,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._relay = threading.Thread(target=self._relay_stderr, daemon=True)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        for thread in (self._listener, self._relay, self._watcher):
            thread.start()

    def takes(self, assignment: Assignment) -> bool:
        """Say whether it is free and has imported, or can import, what a stage needs in the environment it needs.

        Stages that ask for variables import the same heavy libraries, whatever their kind. Of others a process
        takes one kind only: preparing does not need what scoring imports.
        """
        wanted = dict(assignment.resources.environment)
        return (
            not self._ends
            and self.current is None
            and wanted == self._environment
            and (bool(wanted) or self._kind in (None, assignment.kind))
        )

    def send(self, assignment: Assignment) -> None:
        """Give it work."""
        self.current, self.progress, self._kind = assignment, None, assignment.kind
        self._write(pickle.dumps(assignment))

    def retire(self) -> None:
        """Let it end; to be called while it has no work."""
        self._ends = True
        with suppress(OSError):  # it is dead
            self._stdin.close()

    def stop(self) -> None:
        """Let it write a checkpoint and end."""
        self._write(pickle.dumps(STOP))

    def kill(self) -> None:
        """End it at once, with the processes it has started."""
        if self._process.poll() is None:
            if os.name == "posix":
                os.killpg(self._process.pid, Signals.SIGKILL)
            else:
                self._process.kill()
        self._watcher.join(timeout=5.0)

    def died(self, label: str, status: int) -> StageError:
        """Say how it ended while it worked on the stage of this label."""
        self._relay.join(timeout=1.0)
        killed = status == -9
        again = "run the same command again: it goes on from the last checkpoint"
        return StageError(
            f"the process of the stage {label!r} {_how(status)}",
            stage=label,
            cause_type=Signals(-status).name if status < 0 else "",
            details="\n".join(self._tail),
            remedy=f"free memory or ask for smaller batches, and {again}" if killed else again,
        )

    @property
    def _stdin(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    def _write(self, data: bytes) -> None:
        with suppress(OSError, ValueError):  # it is dead; its `Ended` is on the way
            self._stdin.write(data)
            self._stdin.flush()

    def _listen(self) -> None:
        with cast("IO[bytes]", self._process.stdout) as channel:
            try:
                while True:
                    self._inbox.put((self, pickle.load(channel)))
            except (EOFError, OSError, pickle.UnpicklingError):  # ended, or killed in the middle of a message
                return

    def _relay_stderr(self) -> None:
        with cast("IO[bytes]", self._process.stderr) as lines:
            for line in lines:
                text = line.decode(errors="replace")
                self._tail.append(text.rstrip("\n"))
                with suppress(ValueError):  # this process closed its own
                    sys.stderr.write(text)

    def _watch(self) -> None:
        status = self._process.wait()
        self._listener.join(timeout=2.0)  # a process that the stage has left behind may hold the pipe open
        self.retire()
        self._inbox.put((self, Ended(status)))


def _how(status: int) -> str:
    if status == -9:
        return "was killed (SIGKILL); the system does this where memory runs out"
    if status < 0:
        return f"was ended by the signal {Signals(-status).name}"
    return f"ended with status {status} before the stage was done"
