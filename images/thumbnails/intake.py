"""The intake of the farm: looks into the archive's incoming folder and submits what it finds to the workers."""

import logging
import time

import archive
import guards
from render import render_pictures

GUARDS = guards.chosen()
POLL_S = 0.25
#: Pictures in one task: one message to the broker for several pictures that came together.
BATCH = 5

log = logging.getLogger("intake")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    archive.make_folders()
    submitted_at: dict[str, float] = {}
    while True:
        due = [name for name in complete_pictures() if is_due(name, submitted_at)]
        for start in range(0, len(due), BATCH):
            submit(due[start : start + BATCH], submitted_at)
        time.sleep(POLL_S)


def complete_pictures() -> list[str]:
    """A picture is complete when it has its final name: whoever brings it writes NAME.part and renames."""
    return sorted(path.name for path in archive.INCOMING.glob("*.ppm"))


def is_due(name: str, submitted_at: dict[str, float]) -> bool:
    if name not in submitted_at:
        return True
    if GUARDS.resubmit_after_s is None or archive.thumbnail_of(name).exists():
        return False
    return time.monotonic() - submitted_at[name] > GUARDS.resubmit_after_s


def submit(names: list[str], submitted_at: dict[str, float]) -> None:
    submitted_at.update(dict.fromkeys(names, time.monotonic()))
    try:
        render_pictures.delay(names)
    except Exception:
        log.exception("could not submit %s", ", ".join(names))
        if GUARDS.retry_publishing:
            for name in names:
                del submitted_at[name]


if __name__ == "__main__":
    main()
