"""Loaded by pytest before Django: tests keep their data in a directory of their own and leave nothing behind."""

import atexit
import os
import shutil
import tempfile

_DIRECTORY = tempfile.mkdtemp(prefix="cleanheat-tests-")
os.environ["CLEANHEAT_DATA_DIR"] = _DIRECTORY
os.environ["CLEANHEAT_SIZE"] = "small"
atexit.register(shutil.rmtree, _DIRECTORY, ignore_errors=True)
