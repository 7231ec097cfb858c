"""One parent for all processes of one machine: starts them, restarts them, stops them.

Standard library only, and no knowledge of what its children do: it is given their commands.
"""

from __future__ import annotations

import http.client
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from sammot.leash import GRACE, SUPERVISED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from sammot.stack import Program

log = logging.getLogger(__name__)

LAST_GRACE = 1.5
"""At least so many seconds for those that stop last, should the others have used all."""
TICK = 0.1
YOUNG = 5.0
"""A child that lived for less than this is started again only after a pause."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
HOPELESS = 3
"""Deaths in a row after which a child that never served is given up."""


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Options:
    """What to run. Each stage starts when the one before it is ready, and stops before it.

    `ready` answers 200 once all is well.
    """

    stages: Sequence[Sequence[Program]]
    url: str
    ready: str
    open_browser: bool = False


@dataclass(slots=True)
class Child:
    """One process that should always run, leader of a process group of its own."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        """Start it. Its standard input is a pipe that closes when we die, however we die."""
        self.process = subprocess.Popen(
            self.program.argv,
            stdin=subprocess.PIPE,
            env={**os.environ, **self.program.env, SUPERVISED: "1"},
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    def bury(self) -> int | None:
        """The exit status if it has died (its own children are swept away with it), else None."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.signal_group(signal.SIGKILL)
        if self.process.stdin:
            self.process.stdin.close()
        self.process = None
        return status

    def is_running(self) -> bool:
        self.bury()
        return self.process is not None

    def pause(self) -> float:
        """Count a death; the seconds to wait before the next start."""
        if time.monotonic() - self.started_at >= YOUNG:
            self.deaths = 0
        self.deaths += 1
        return min(FIRST_PAUSE * 2.0 ** (self.deaths - 1), LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the leader alone: it knows best in what order its own must go."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def signal_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


@dataclass(slots=True)
class Supervisor:
    """Keeps the programs of `options` running until it is told to stop."""

    options: Options
    say: Callable[[str], None] = say
    grace: float = GRACE
    is_ready: bool = False
    stops: int = 0
    begun: int = 1
    """How many stages run."""
    stages: list[list[Child]] = field(init=False)

    def __post_init__(self) -> None:
        self.stages = [[Child(program) for program in stage] for stage in self.options.stages]

    def run(self) -> int:
        """Run until SIGINT or SIGTERM: exit status 0; 1 if a child could never start."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self.on_signal)
        hopeful = True
        while hopeful and not self.stops:
            hopeful = all(map(self.tend, chain.from_iterable(self.stages[: self.begun])))
            if hopeful and not self.is_ready:
                self.get_on()
            time.sleep(TICK)
        self.stop()
        return 0 if hopeful else 1

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1

    def tend(self, child: Child) -> bool:
        """Start the child if it should run and does not; False if that has become hopeless."""
        status = child.bury()
        if status is not None:
            pause = child.pause()
            if not self.is_ready and child.deaths >= HOPELESS:
                self.say(f"{child.program.name} cannot start ({how(status)}); see its words above.")
                return False
            child.start_at = time.monotonic() + pause
            said = "%s ended (%s); starting it again in %.1f s"
            log.warning(said, child.program.name, how(status), pause)
        if child.process is None and time.monotonic() >= child.start_at:
            child.start()
        return True

    def get_on(self) -> None:
        """Begin the next stage if it is time; tell when all is well."""
        if self.begun == len(self.stages):
            if answers(self.options.ready):
                self.announce()
        elif all(child.program.is_ready() for child in self.stages[self.begun - 1]):
            self.begun += 1

    def announce(self) -> None:
        self.is_ready = True
        self.say(f"SAM-MOT is ready: {self.options.url}  (Ctrl-C stops it)")
        if self.options.open_browser and has_display():
            threading.Thread(target=webbrowser.open, args=(self.options.url,), daemon=True).start()

    def stop(self) -> None:
        """Ask every child to stop; kill what remains after `grace` or at a second signal."""
        deadline = time.monotonic() + self.grace
        for stage in reversed(self.stages):
            self.stop_stage(stage, max(deadline, time.monotonic() + LAST_GRACE))

    def stop_stage(self, stage: Sequence[Child], deadline: float) -> None:
        for child in stage:
            child.ask_to_stop()
        while running := [child for child in stage if child.is_running()]:
            if self.stops > 1 or time.monotonic() > deadline:
                for child in running:
                    child.signal_group(signal.SIGKILL)
            time.sleep(TICK)


def run(options: Options) -> int:
    """Run the children until a signal ends it; the exit status."""
    return Supervisor(options).run()


def answers(url: str) -> bool:
    """True if `url` answers 200 now; asked directly, never through a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def how(status: int) -> str:
    """A process's end in words: its exit status, or the signal that killed it."""
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name


def has_display() -> bool:
    """True where a browser can show itself; elsewhere a text browser might take the terminal."""
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
