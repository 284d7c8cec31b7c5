#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measure what vmemwalk promises about speed, as ratios within one run. Asserts no time: prints what it saw.

usage: bench.py VMEMWALK MKDUMP BENCH-TRANSLATE        (meson test --benchmark -v runs it)

Start-up is measured against `vmemwalk --version`, which loads the program and does nothing: pairs in turn, the ratio of each
pair, and their median. The dumps are made in a temporary folder, which is removed.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 21


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def peak_mib(command):
    """At most: a child counts what this process had when it was started, some 14 MiB."""
    child = os.posix_spawn(command[0], command, os.environ,
                           file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{command}: status {status}")
    return usage.ru_maxrss / 1024


def measure(command, base):
    """(median milliseconds, median ratio to @base), run in turn after a warm-up."""
    seconds(command)
    times, ratios = [], []
    for _ in range(RUNS):
        idle = seconds(base)
        times.append(seconds(command))
        ratios.append(times[-1] / idle)
    return statistics.median(times) * 1e3, statistics.median(ratios)


def startup(program, mkdump, folder):
    print("Start-up, whole command, a guest of 1 GiB; ratio to `vmemwalk --version`:")
    print(f"{'dump':<44} {'question':<12} {'ms':>7} {'ratio':>7} {'MiB <=':>9}")
    base = [program, "--version"]
    for order, page, block in (("big", "64K", "64K"), ("little", "4K", "4K"), ("little", "64K", "16M")):
        for form in ("format=elf", "format=kdump codec=zlib", "format=kdump codec=lzo", "format=kdump codec=snappy",
                     "format=kdump codec=zstd", "format=kdump codec=zlib flat=1"):
            dump = str(folder / "dump")
            subprocess.run([mkdump, dump, f"order={order}", f"page={page}", f"block={block}", "ram=1G",
                            "exclude-untouched=1", "drop=SYMBOL(kallsyms", *form.split()], check=True, stdout=subprocess.DEVNULL)
            for question in (["--pfn", "100"], ["--mappings"]):
                command = [program, *question, "--format", "csv", dump]
                milliseconds, ratio = measure(command, base)
                name = f"{order} {page} pages {block} blocks, {form.replace('format=', '')}"
                print(f"{name:<44.44} {question[0]:<12} {milliseconds:7.2f} {ratio:7.2f} {peak_mib(command):9.1f}")
            os.unlink(dump)


def large(program, mkdump, translate, folder):
    print("\nA list of a million entries (64K pages and blocks):")
    for form in ("format=elf", "format=kdump codec=zstd"):
        dump = str(folder / "large")
        subprocess.run([mkdump, dump, "order=big", "page=64K", "block=64K", "entries=1000000", "exclude-untouched=1", "drop=SYMBOL(kallsyms",
                        *form.split()], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run([translate, dump], check=True, capture_output=True, text=True)
        count, loaded, ascending, random, peak = done.stdout.split()
        print(f"  {form.replace('format=', '')}: {count} mappings loaded in {float(loaded) * 1e3:.0f} ms, "
              f"{float(ascending) / 1e6:.1f} M translations/s ascending, {float(random) / 1e6:.1f} M/s random, "
              f"peak {peak} MiB")
        milliseconds = min(seconds([program, "--pfn", "100", dump]) for _ in range(5)) * 1e3
        print(f"  {form.replace('format=', '')}: vmemwalk --pfn 100: {milliseconds:.0f} ms, "
              f"at most {peak_mib([program, '--pfn', '100', dump]):.1f} MiB")
        os.unlink(dump)


# Of these, the last has no BTF.
REAL_DUMPS = ["deb72-radix.kdump-zstd", "deb612-radix.kdump-lzo", "deb612-64k-hash.kdump-zlib", "be612-64k-hash.kdump-zstd"]


def types(program):
    """What it costs to describe a page: --pfn needs kallsyms and BTF, --mappings neither. Only real kernels have them whole."""
    checkout = pathlib.Path(__file__).resolve().parents[1]
    folder = pathlib.Path(os.environ.get("VMEMWALK_DUMPS", checkout.parent / "shared" / "dumps")) / "small"
    dumps = [folder / name for name in REAL_DUMPS if (folder / name).exists()]
    print("\nkallsyms and BTF of real kernels; ratio to `vmemwalk --version`:" if dumps
          else f"\nkallsyms and BTF: no real dumps in {folder}: set VMEMWALK_DUMPS")
    for dump in dumps:
        for question in (["--pfn", "100"], ["--mappings"]):
            command = [program, *question, "--format", "csv", str(dump)]
            milliseconds, ratio = measure(command, [program, "--version"])
            print(f"{dump.name:<44.44} {question[0]:<12} {milliseconds:7.2f} {ratio:7.2f} {peak_mib(command):9.1f}")


def main():
    program, mkdump, translate = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as folder:
        startup(program, mkdump, pathlib.Path(folder))
        types(program)
        large(program, mkdump, translate, pathlib.Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
