"""Every form in which an application can embed the package, each from the packed tarball."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.bridge import package

IN_BROWSER = [pytest.mark.browser, pytest.mark.xdist_group("forms")]
VERDICTS = {"worker": "positive", "main": "positive", "element": "positive"}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed; applications are built in folders below it."""
    folder = tmp_path_factory.mktemp("workshop")
    package.install(folder)
    return folder


def _with_runtime(folder: Path, target: Path) -> Path:
    """What a bundled application needs beside it: the contract, and the one folder with all that is fetched."""
    shutil.copytree(folder.parent / "node_modules" / "tenor-wasm" / "runtime", target / "tenor-wasm")
    shutil.copy(package.CONTRACT, target)
    return target


def _static(folder: Path) -> Path:
    """No build at all: the package's folder as it is, imported by address."""
    shutil.copytree(folder.parent / "node_modules" / "tenor-wasm", folder / "tenor-wasm")
    script = (folder / "main.js").read_text("utf-8")
    for entry, module in (("/compat", "compat"), ("/element", "element"), ("", "index")):
        script = script.replace(f'"tenor-wasm{entry}"', f'"./tenor-wasm/dist/{module}.js"')
    (folder / "main.js").write_text(script, "utf-8")
    return folder


def _vite(folder: Path) -> Path:
    (folder / "public").mkdir()
    _with_runtime(folder, folder / "public")
    package.run(folder, str(package.TOOLS / "vite"), "build", "--logLevel", "warn")
    return folder / "dist"


def _webpack(folder: Path) -> Path:
    package.run(folder, str(package.TOOLS / "webpack"))
    shutil.copy(folder / "index.html", folder / "dist")
    return _with_runtime(folder, folder / "dist")


def _esbuild(folder: Path) -> Path:
    command = ["main.js", "--bundle", "--format=esm", "--target=es2022", "--outdir=dist"]
    package.run(folder, str(package.TOOLS / "esbuild"), *command)
    # It builds no workers: the package has one in a single file.
    page = (folder / "index.html").read_text("utf-8")
    page = page.replace("<tenor-evaluator ", '<tenor-evaluator worker-url="tenor-wasm/worker.js" ')
    (folder / "dist" / "index.html").write_text(page, "utf-8")
    return _with_runtime(folder, folder / "dist")


@pytest.mark.parametrize(
    "build",
    [pytest.param(build, id=build.__name__[1:], marks=IN_BROWSER) for build in (_static, _vite, _webpack, _esbuild)],
)
def test_the_form_gets_a_verdict_in_the_browser(
    build: Callable[[Path], Path], workshop: Path, chromium: Browser
) -> None:
    site = build(package.application(workshop, build.__name__[1:]))
    page = chromium.new_page()
    said: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with package.served({"app": site}) as origin:
        page.on("request", lambda request: elsewhere.append(request.url) if origin not in request.url else None)
        page.goto(f"{origin}/app/")
        answers = page.locator("output").text_content(timeout=120_000)
        page.close()
    assert json.loads(answers or "") == VERDICTS, said
    assert said == []
    assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []


@pytest.mark.node
@pytest.mark.xdist_group("forms")
def test_the_package_alone_answers_in_node(workshop: Path) -> None:
    folder = package.application(workshop, "node")
    answers = json.loads(package.run(folder, "node", "main.js"))
    assert answers == {"worker": "positive", "main": "positive", "compat": "positive"}


@pytest.mark.node
@pytest.mark.xdist_group("forms")
def test_importing_every_entry_does_nothing_and_needs_no_window(workshop: Path) -> None:
    seen = json.loads(package.run(package.application(workshop / "imports", "node"), "node", "imports.js"))
    assert (seen["added"], seen["fetched"]) == ([], 0)
    assert seen["entries"] == {
        "tenor-wasm": [
            *("TenorError", "VERSION", "applyChange", "createTenor", "expandActionSpace", "latest"),
            *("parseJson", "sourceErrors", "writeJson"),
        ],
        "tenor-wasm/client": ["HttpClient", "TenorError", "createClient"],
        "tenor-wasm/compat": [
            *("TenorError", "TenorEvaluator", "compute_action_space", "default", "evaluate", "free_contract"),
            *("initSync", "inspect_contract", "load_contract", "simulate_flow", "simulate_flow_with_bindings"),
        ],
        "tenor-wasm/element": ["TAG", "TenorEvaluatorElement", "register"],
        "tenor-wasm/playground": ["TAG", "TenorPlaygroundElement", "register"],
        "tenor-wasm/worker": [],
    }


@pytest.mark.node
@pytest.mark.xdist_group("forms")
@pytest.mark.parametrize("resolution", ["nodenext", "bundler"])
def test_the_declarations_compile_in_a_strict_application(workshop: Path, resolution: str) -> None:
    folder = package.application(workshop / resolution, "typescript")
    module = "nodenext" if resolution == "nodenext" else "esnext"
    strictness = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false", "--types", ""]
    options = ["--noEmit", "--target", "es2022", "--module", module, "--moduleResolution", resolution, *strictness]
    package.run(folder, str(package.TOOLS / "tsc"), *options, "main.ts")


def test_without_a_bundler_every_entry_is_the_file_of_its_name() -> None:
    exports = json.loads((package.ROOT / "web" / "package.json").read_text("utf-8"))["exports"]
    entries = {entry: target["default"] for entry, target in exports.items() if isinstance(target, dict)}
    assert entries.pop(".") == "./dist/index.js"
    assert entries == {entry: f"./dist/{entry.removeprefix('./')}.js" for entry in entries}


@pytest.mark.node
def test_the_tarball_holds_what_is_needed_and_nothing_else(wheel: Path) -> None:
    with tarfile.open(package.tarball()) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
        packed = archive.extractfile(f"package/runtime/{wheel.name}")
        assert packed is not None
        assert packed.read() == wheel.read_bytes()
    modules = {name for name in names if name.startswith("dist/")}
    sources = {path.stem for path in (package.ROOT / "web" / "src").glob("*.ts")}
    assert modules == {f"dist/{source}{suffix}" for source in sources for suffix in (".js", ".d.ts")}
    assert names - modules == {
        *("package.json", "README.md", "LICENSE"),
        *(f"runtime/{name}" for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json")),
        *(
            f"runtime/{name}"
            for name in ("python_stdlib.zip", "python_start.bin", "python_stdlib.bin", "tenor_wasm.bin", "snapshot.bin")
        ),
        *(f"runtime/{name}" for name in ("tenor-runtime.json", "worker.js", "NOTICE.txt", wheel.name)),
    }
