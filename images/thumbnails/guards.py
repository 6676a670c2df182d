"""What a program may do to survive its environment, each as one switch.

The naive and the hardened farm are one source; they differ in these values and in nothing else. APPLICATION chooses.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Guards:
    #: Seconds that one answer of the broker may take. 0.3 is plenty on the LAN it was tuned on.
    socket_timeout_s: float
    #: Try again, with growing pauses, when the broker does not answer.
    retry_publishing: bool
    #: A task is acknowledged when it is done, not when it is received: a killed worker's task comes back.
    acknowledge_late: bool
    #: Seconds after which an unacknowledged task is given to another worker.
    visibility_timeout_s: int
    #: Submit a picture again that has had no thumbnail for this long; None: never.
    resubmit_after_s: float | None
    #: On a full disk: say so in the error log, wait for room and go on, rather than fail.
    wait_for_room: bool
    #: Write beside, fsync, rename: a reader sees a whole file or none.
    atomic_archive: bool
    #: A picture that has its thumbnail is not rendered again.
    idempotent: bool


NAIVE = Guards(
    socket_timeout_s=0.3,
    retry_publishing=False,
    acknowledge_late=False,
    visibility_timeout_s=3600,
    resubmit_after_s=None,
    wait_for_room=False,
    atomic_archive=False,
    idempotent=False,
)

HARDENED = Guards(
    socket_timeout_s=30.0,
    retry_publishing=True,
    acknowledge_late=True,
    visibility_timeout_s=12,
    resubmit_after_s=20.0,
    wait_for_room=True,
    atomic_archive=True,
    idempotent=True,
)


def chosen() -> Guards:
    """The guards that APPLICATION names; anything but the two names ends the program at its start."""
    return {"naive": NAIVE, "hardened": HARDENED}[os.environ["APPLICATION"]]
