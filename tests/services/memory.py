"""Files of the tests in memory: a commit to a SQLite file waits for the disk, and there are some ten thousand of them."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
FREE_BYTES = 2 * 1024**3
TEMPORARY_FOLDERS = "PYTEST_DEBUG_TEMPROOT"


def use_memory_for_files() -> None:
    """Let pytest make its temporary folders in memory where there is room for 2 GB, unless told where to make them."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= FREE_BYTES:
        os.environ.setdefault(TEMPORARY_FOLDERS, str(MEMORY))
