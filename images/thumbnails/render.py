"""The worker of the farm: copies, renames, scales, converts and archives each picture it is given."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from celery import Celery
from PIL import Image

import archive
import guards

GUARDS = guards.chosen()
#: The data disk of the worker: small, its own, and full one day.
DISK = Path("/var/lib/worker")
#: Thumbnails are this many times smaller in each direction.
FACTOR = 4
ROOM_POLL_S = 0.5

app = Celery("render", broker="redis://broker:6379/0")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=GUARDS.acknowledge_late,
    task_reject_on_worker_lost=GUARDS.acknowledge_late,
    # With 1, a solo worker stands still for seconds after each task: nothing wakes its loop (celery 5.2, Redis).
    worker_prefetch_multiplier=4,
    broker_connection_retry=True,
    broker_connection_max_retries=None,
    broker_pool_limit=1,
    task_publish_retry=GUARDS.retry_publishing,
    task_publish_retry_policy={"max_retries": None, "interval_start": 0.2, "interval_step": 0.4, "interval_max": 3},
    broker_transport_options={
        "visibility_timeout": GUARDS.visibility_timeout_s,
        "socket_timeout": GUARDS.socket_timeout_s,
        "socket_connect_timeout": GUARDS.socket_timeout_s,
        "socket_keepalive": True,
    },
)


@app.task(name="render.pictures")
def render_pictures(names: list[str]) -> None:
    for name in names:
        if GUARDS.idempotent and archive.thumbnail_of(name).exists():
            archive.record("executions.jsonl", picture=name, did="nothing")
            continue
        if GUARDS.wait_for_room:
            until_there_is_room(name, lambda: render(name))
        else:
            render(name)
        archive.record("executions.jsonl", picture=name, did="render")


def render(name: str) -> None:
    arriving = DISK / f"{name}.part"
    picture = DISK / name
    thumbnail = DISK / f"{picture.stem}.png"
    try:
        shutil.copyfile(archive.INCOMING / name, arriving)
        arriving.rename(picture)
        with Image.open(picture) as image:
            image.resize((image.width // FACTOR, image.height // FACTOR), Image.BOX).save(thumbnail)
        archive.put(thumbnail, archive.thumbnail_of(name), atomic=GUARDS.atomic_archive)
    finally:
        for working_copy in (arriving, picture, thumbnail):
            working_copy.unlink(missing_ok=True)


def until_there_is_room(name: str, work: Callable[[], None]) -> None:
    """Does `work`; a full disk is written to the error log once, then waited for. Any other error is the caller's."""
    met_full_disk = False
    while True:
        try:
            work()
        except OSError as error:
            if error.errno not in archive.FULL:
                raise
            if not met_full_disk:
                archive.record("errors.jsonl", picture=name, errno=error.errno, error=str(error))
                met_full_disk = True
            time.sleep(ROOM_POLL_S)
        else:
            return
