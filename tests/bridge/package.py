"""The npm package as it would be published: the tarball that ``make build`` packs, installed, built in and served."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FORMS = Path(__file__).resolve().parent / "forms"
TOOLS = ROOT / "web" / "node_modules" / ".bin"
CONTRACT = ROOT / "tests" / "contracts" / "counter.json"


def tarball() -> Path:
    """The packed package; it must be newer than what it was packed from."""
    packed = sorted((ROOT / "web" / "package").glob("tenor-wasm-*.tgz"))
    if len(packed) != 1:
        pytest.fail(f"expected one tarball in web/package/, found {len(packed)}: run `make build` first")
    stamps = [ROOT / "web" / folder / ".stamp" for folder in ("dist", "runtime")]
    if max(stamp.stat().st_mtime for stamp in stamps) > packed[0].stat().st_mtime:
        pytest.fail("the tarball in web/package/ is older than what it was packed from: run `make build` first")
    return packed[0]


def install(folder: Path) -> Path:
    """Install the tarball into a folder, with nothing else and without a network; the installed package."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}', "utf-8")
    run(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", "--no-package-lock", str(tarball()))
    return folder / "node_modules" / "tenor-wasm"


def application(folder: Path, form: str) -> Path:
    """The shared application with the files of one form over it, in a folder below the one with the package."""
    place = folder / form
    shutil.copytree(FORMS / "app", place)
    if (FORMS / form).is_dir():  # some forms take the application as it is
        shutil.copytree(FORMS / form, place, dirs_exist_ok=True)
    shutil.copy(CONTRACT, place)
    return place


def run(folder: Path, *command: str) -> str:
    """Run a program in a folder; its output, which is shown when it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@contextmanager
def served(folders: Mapping[str, Path]) -> Iterator[str]:
    """Each folder under its name, as ``make play`` serves: with a strict content security policy."""
    command = ["node", str(ROOT / "playground" / "scripts" / "serve.mjs"), "--port", "0"]
    for name, folder in folders.items():
        command += ["--mount", f"{name}={folder}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0]
        finally:
            server.terminate()


def unpack(folder: Path) -> Path:
    """The tarball's content, where nothing has to be installed."""
    with tarfile.open(tarball()) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"
