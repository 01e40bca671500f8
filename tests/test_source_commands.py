"""``tenor check`` and ``tenor fmt`` on files as they lie on a disk."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.terminal import Terminal

LOOSE = "persona   a\n"
LAID_OUT = "persona a\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to write source into, in which commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- check -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (f'import "{"a" * 5000}.tenor"\n', "unresolved_import"),
        (f'system s {{ members: [a: "{"x" * 300}.tenor"] }}\n', "unresolved_member"),
    ],
)
def test_a_name_that_no_disk_can_hold_is_a_file_that_is_not_there(
    tenor: Terminal, folder: Path, source: str, code: str
) -> None:
    (folder / "long.tenor").write_text(source)
    ran = tenor("check", "long.tenor")
    assert ran.status == 1
    assert ran.out.startswith("long.tenor:1:")
    assert code in ran.out


@pytest.mark.parametrize("sign", ["\f", "\u2028", "\u0085", "\v", "\x1c"])
def test_check_ends_lines_where_the_language_does(tenor: Terminal, folder: Path, sign: str) -> None:
    (folder / "c.tenor").write_text(f"// one{sign}still one\nfact a {{\n  sort: Nat\n}}\n")
    ran = tenor("check", "c.tenor")
    assert "      sort: Nat\n      ^^^^\n" in ran.out


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(tenor: Terminal, folder: Path, end: str) -> None:
    source = "// a fact\nfact a {\n  sort: Nat\n}\n".replace("\n", end)
    (folder / "c.tenor").write_bytes(source.encode())
    ran = tenor("check", "c.tenor")
    assert ran.out.startswith("c.tenor:3:3: unknown_field")
    assert "      sort: Nat\n      ^^^^\n" in ran.out


# --- fmt -------------------------------------------------------------------------------------------------------


def test_fmt_names_the_file_that_it_cannot_read(tenor: Terminal, folder: Path) -> None:
    (folder / "x.tenor").write_text(LOOSE)
    (folder / "y.tenor").write_text("persona a\n\nfact b\n")
    people = tenor("fmt", "x.tenor", "y.tenor")
    assert people.status == 1
    assert "  y.tenor:4:1: syntax_error" in people.err
    machine = tenor("fmt", "x.tenor", "y.tenor", "--json").json
    assert [error["file"] for error in machine["details"]["errors"]] == ["y.tenor"]
    assert machine["error"].startswith("y.tenor:4:1: ")
    assert (folder / "x.tenor").read_text() == LOOSE


def test_fmt_keeps_who_may_read_a_file(tenor: Terminal, folder: Path) -> None:
    path = folder / "x.tenor"
    path.write_text(LOOSE)
    for mode in (0o600, 0o640, 0o755):
        path.chmod(mode)
        path.write_text(LOOSE)
        assert tenor("fmt", "x.tenor").status == 0
        assert path.read_text() == LAID_OUT
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_fmt_writes_through_a_link(tenor: Terminal, folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "r.tenor").write_text(LOOSE)
    (folder / "l.tenor").symlink_to("real/r.tenor")
    assert tenor("fmt", "l.tenor").status == 0
    assert (folder / "l.tenor").is_symlink()
    assert (folder / "real" / "r.tenor").read_text() == LAID_OUT


def test_fmt_leaves_every_other_file_alone(tenor: Terminal, folder: Path) -> None:
    for name in ("u.tenor", "u.tenor.formatted"):
        (folder / name).write_text(LOOSE)
    assert tenor("fmt", "u.tenor").status == 0
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "u.tenor": LAID_OUT,
        "u.tenor.formatted": LOOSE,
    }


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_left_beside_it(
    tenor: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "x.tenor").write_text(LOOSE)

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refused)
    ran = tenor("fmt", "x.tenor")
    assert "error[unwritable_file]: cannot write 'x.tenor': Permission denied" in ran.err
    assert [path.name for path in folder.iterdir()] == ["x.tenor"]
