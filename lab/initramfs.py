# SPDX-License-Identifier: GPL-2.0-or-later
"""Initial file systems for the lab's guests: newc cpio, written without privileges (it has a device node)."""

import os
import stat
import subprocess


def cross(order):
    return {"be": "powerpc64-linux-gnu-", "le": "powerpc64le-linux-gnu-"}[order]


def build_init(order, out):
    """The guest's only program, from init.c beside this file."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "init.c")
    if not os.path.exists(out) or os.path.getmtime(out) < os.path.getmtime(source):
        subprocess.run([cross(order) + "gcc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-static", "-s",
                        "-o", out + ".new", source], check=True)
        os.rename(out + ".new", out)
    return out


def _entry(number, name, mode, data=b"", rdev=(0, 0)):
    name = name.encode() + b"\0"
    head = "070701" + "".join("%08x" % value for value in (
        number, mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1], len(name), 0))
    entry = head.encode() + name
    entry += b"\0" * (-len(entry) % 4) + data
    return entry + b"\0" * (-len(data) % 4)


def write(out, files):
    """`files`: {path in the guest: path here}. Executables keep their mode."""
    folders = {"dev"}
    for name in files:
        parts = name.split("/")[:-1]
        folders.update("/".join(parts[:n + 1]) for n in range(len(parts)))
    number = 1
    # Not compressed: a kernel may not have the method.
    with open(out + ".new", "wb") as archive:
        for folder in sorted(folders):
            archive.write(_entry(number, folder, stat.S_IFDIR | 0o755))
            number += 1
        archive.write(_entry(number, "dev/console", stat.S_IFCHR | 0o600, rdev=(5, 1)))
        for name, path in sorted(files.items()):
            number += 1
            with open(path, "rb") as file:
                mode = stat.S_IFREG | (os.stat(path).st_mode & 0o777)
                archive.write(_entry(number, name, mode, file.read()))
        archive.write(_entry(0, "TRAILER!!!", 0))
    os.rename(out + ".new", out)
    return out
