#!/usr/bin/env python3
"""Everything a clone needs, with nothing but Python: make `.venv`, install what is locked, run.

    python3 dev.py serve [arguments of `warmline serve`]
    python3 dev.py test  [arguments of pytest]
    python3 dev.py evaluate [arguments]    what the filter does to people, in figures (python -m moderation.evaluate)
    python3 dev.py lint                    ruff check, ruff format --check, mypy --strict
    python3 dev.py prepare [serve|test]    only make the environment
    python3 dev.py lock                    make both locks anew from pyproject.toml (needs uv)

`serve` installs requirements.lock, the others requirements-dev.lock, which holds everything of the first: one
environment does for both. What was installed is stamped into `.venv`; while the stamp fits the locks, nothing is done
but to hand over (exec). The project itself is installed editable, so `.venv/bin/warmline` is always this tree.

Failure: every reason to stop is one sentence with its remedy and exit code 2; an installation that breaks off leaves
no stamp and is done again the next time. Only the standard library is used, in words Python 3.8 understands, so that
an older Python can say what is missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"
LOCKS = {"serve": "requirements.lock", "test": "requirements-dev.lock"}
OLDEST = (3, 11)
# Most tests wait for something: two beside each other take little more than half the time.
SIDE_BY_SIDE = ("-n", "auto", "--maxprocesses=4", "--dist=worksteal")
# Tried, newest first, when the Python that runs this file is too old.
NEWER = ("python3.13", "python3.12", "python3.11")


def stop(says: str) -> None:
    """Say why nothing can go on, and how it could; exit code 2."""
    print("dev.py: " + says, file=sys.stderr)
    raise SystemExit(2)


def stamp_of(purpose: str) -> str:
    """What `.venv` is stamped with after installing for `purpose`: it changes with the lock and with pyproject.toml."""
    content = (ROOT / LOCKS[purpose]).read_bytes() + (ROOT / "pyproject.toml").read_bytes() + bytes(ROOT)
    return purpose + " " + hashlib.sha256(content).hexdigest()


def is_ready(purpose: str) -> bool:
    """Whether `.venv` holds all `purpose` needs. The environment of `test` is good enough to serve."""
    try:
        found = STAMP.read_text()
    except OSError:
        return False
    fits = [stamp_of("test")] if purpose == "test" else [stamp_of("test"), stamp_of("serve")]
    return found in fits and os.access(VENV / "bin" / "python", os.X_OK)


def require_python() -> None:
    """Go on with a Python that is new enough, or stop."""
    if sys.version_info < OLDEST:
        for name in NEWER:
            path = shutil.which(name)
            if path:
                os.execv(path, [path, str(ROOT / "dev.py"), *sys.argv[1:]])
        running = ".".join(str(part) for part in sys.version_info[:3])
        stop("Python 3.11 or newer is needed and this is %s; install one and run it as `python3.12 dev.py …`" % running)  # noqa: UP031
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        stop("this Python cannot make environments; install python3-venv (Debian: apt-get install python3-venv)")


def run(*words: str) -> None:
    """Run one step of the installation; its output is the explanation when it fails."""
    done = subprocess.run(words, cwd=str(ROOT), check=False)
    if done.returncode:
        stop("could not prepare .venv: `%s` failed (see above); a second try begins anew" % " ".join(words[:6]))  # noqa: UP031


def prepare(purpose: str) -> None:
    """Make `.venv` ready for `purpose`. Two at once wait for each other; the second finds the work done."""
    if is_ready(purpose):
        return
    require_python()
    import fcntl

    turn = os.open(str(ROOT), os.O_RDONLY)  # released when this process ends or hands over
    fcntl.flock(turn, fcntl.LOCK_EX)
    if not is_ready(purpose):
        install("test" if purpose == "serve" and was_for_tests() else purpose)
    os.close(turn)


def was_for_tests() -> bool:
    """Whether the environment there is was made for tests: serving must not make it less."""
    return STAMP.exists() and STAMP.read_text().startswith("test ")


def install(purpose: str) -> None:
    """Make `.venv` if there is none that works, install the lock and the project, stamp it."""
    print("dev.py: preparing .venv from %s (once, a minute or two)" % LOCKS[purpose], file=sys.stderr)  # noqa: UP031
    python = str(VENV / "bin" / "python")
    STAMP.unlink(missing_ok=True)
    if not os.access(python, os.X_OK) or subprocess.run([python, "-m", "pip", "-V"], capture_output=True).returncode:
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", LOCKS[purpose])
    run(*pip, "--no-build-isolation", "--no-deps", "-e", ".")
    STAMP.write_text(stamp_of(purpose))


def serve(arguments: list[str]) -> None:
    prepare("serve")
    warmline = str(VENV / "bin" / "warmline")
    os.execv(warmline, [warmline, "serve", *arguments])


def test(arguments: list[str]) -> None:
    """All tests side by side, as nothing but options is named; a path, or what `-k` selects, in one process."""
    prepare("test")
    os.chdir(str(ROOT))
    python = str(VENV / "bin" / "python")
    beside = SIDE_BY_SIDE if all(word.startswith("-") for word in arguments) else ()
    os.execv(python, [python, "-m", "pytest", *beside, *arguments])


def evaluate(arguments: list[str]) -> None:
    prepare("test")
    os.chdir(str(ROOT))
    python = str(VENV / "bin" / "python")
    os.execv(python, [python, "-m", "moderation.evaluate", *arguments])


def lint(arguments: list[str]) -> None:
    """All three are run, so that one round shows everything; exit code 1 when any of them complains."""
    prepare("test")
    found = [
        subprocess.run([str(VENV / "bin" / words[0]), *words[1:]], cwd=str(ROOT), check=False).returncode
        for words in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    ]
    raise SystemExit(1 if any(found) else 0)


def lock(arguments: list[str]) -> None:
    """Locks carry versions and hashes only: where packages come from is the machine's business."""
    uv = shutil.which("uv")
    if uv is None:
        stop("uv is needed to make the locks; install it (python3 -m pip install uv)")
        return
    run(uv, "lock", "--upgrade", "--python", "3.11")
    plain = ("--frozen", "--no-emit-project", "--no-header", "--no-annotate", "-q", "--extra", "fast")
    run(uv, "export", *plain, "--group", "build", "-o", LOCKS["serve"])
    run(uv, "export", *plain, "--group", "dev", "-o", LOCKS["test"])


def prepare_only(arguments: list[str]) -> None:
    purpose = arguments[0] if arguments else "test"
    if purpose not in LOCKS:
        stop("prepare what? `python3 dev.py prepare serve` or `python3 dev.py prepare test`")
    prepare(purpose)


VERBS = {"serve": serve, "test": test, "evaluate": evaluate, "lint": lint, "lock": lock, "prepare": prepare_only}


def main(words: list[str]) -> None:
    if not words or words[0] not in VERBS:
        wanted = words and words[0] in ("-h", "--help")
        print(__doc__, file=sys.stdout if wanted else sys.stderr)
        raise SystemExit(0 if wanted else 2)
    VERBS[words[0]](words[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
