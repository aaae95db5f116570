"""Machine code on disk: whole, ours, or absent; none of it needs LLVM."""

import os
import sys
import threading

import pytest

from tapefit.tape.function import _kernel_cache as cache


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TAPEFIT_CACHE_DIR", str(tmp_path))
    return tmp_path / "kernels"


def test_what_is_written_is_read(folder):
    name = cache.key("text", "machine")
    assert cache.read(name) is None
    cache.write(name, b"code")
    assert cache.read(name) == b"code"


def test_text_and_machine_make_the_name():
    assert len({cache.key("a", "m"), cache.key("b", "m"), cache.key("a", "n"), cache.key("", "a\n\nm")}) == 4


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"", lambda b: b[:40] + b[41:]])
def test_a_damaged_file_counts_as_absent(folder, damage):
    name = cache.key("text", "machine")
    cache.write(name, b"code" * 100)
    path = folder / f"{name}.o"
    path.write_bytes(damage(path.read_bytes()))
    assert cache.read(name) is None
    cache.write(name, b"new")
    assert cache.read(name) == b"new"


def test_a_renamed_file_counts_as_absent(folder):
    one, other = cache.key("one", "m"), cache.key("other", "m")
    cache.write(one, b"code")
    os.rename(folder / f"{one}.o", folder / f"{other}.o")
    assert cache.read(other) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs file modes")
def test_a_file_that_others_may_write_counts_as_absent(folder):
    name = cache.key("text", "machine")
    cache.write(name, b"code")
    os.chmod(folder / f"{name}.o", 0o666)
    assert cache.read(name) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("TAPEFIT_CACHE_DIR", str(blocked))
    cache.write("name", b"code")
    assert cache.read("name") is None


def test_no_folder_at_all(monkeypatch):
    monkeypatch.setenv("TAPEFIT_CACHE_DIR", "0")
    cache.write("name", b"code")
    assert cache.folder() is None
    assert cache.read("name") is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the folder of Linux")
def test_the_folder_of_the_platform(tmp_path, monkeypatch):
    monkeypatch.delenv("TAPEFIT_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "tapefit" / "kernels"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.folder() == tmp_path / "home" / ".cache" / "tapefit" / "kernels"


def test_the_oldest_are_removed(folder, monkeypatch):
    monkeypatch.setattr(cache, "_KEPT", 3)
    names = [cache.key(str(i), "m") for i in range(5)]
    for age, name in enumerate(names):
        cache.write(name, b"code")
        os.utime(folder / f"{name}.o", (1e9 + age, 1e9 + age))
    cache.write(cache.key("last", "m"), b"code")
    assert len(list(folder.glob("*.o"))) == 3
    assert cache.read(names[0]) is None
    assert cache.read(cache.key("last", "m")) == b"code"


def test_several_write_at_once(folder):
    name = cache.key("text", "machine")
    threads = [threading.Thread(target=cache.write, args=(name, b"code" * 5000)) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert cache.read(name) == b"code" * 5000
    assert [p.name for p in folder.iterdir()] == [f"{name}.o"]


def test_a_second_process_reads_what_the_first_built(folder, monkeypatch):
    pytest.importorskip("llvmlite")
    from tapefit.tape.function import _kernel_build as build

    source = "define void @f(ptr %frame) {\nentry:\n  store i64 7, ptr %frame\n  ret void\n}"
    first = build._build(source)
    again = build._build(source)
    assert (first.cached, again.cached) == (False, True)
    import ctypes

    word = ctypes.c_int64()
    ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(again.addresses["f"])(ctypes.addressof(word))
    assert word.value == 7
