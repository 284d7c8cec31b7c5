#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the program from outside, as its users do. Prints TAP.

usage: run_cases.py [--update] VMEMWALK MKDUMP [CASE...]

A case is cases/NAME.sh, run by sh with the program's folder first in PATH, in an empty folder. Its standard output must equal
NAME.stdout, its exit status the number in NAME.exit (0 without that file); a case that is about messages sends them to standard
output itself (2>&1). $FIXTURES is a folder with the unpacked fixtures, $MKDUMP makes synthetic dumps, $HOST_ORDER is the byte order
that the program runs in (little, big; this machine's unless the caller says otherwise). --update writes the expected files from
what came: look at the difference before you believe it.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(case, environment):
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(["sh", "-u", case], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)


def main():
    arguments = sys.argv[1:]
    update = "--update" in arguments
    if update:
        arguments.remove("--update")
    program, mkdump = (pathlib.Path(argument).resolve() for argument in arguments[:2])
    cases = [HERE / "cases" / f"{name}.sh" for name in arguments[2:]] or sorted((HERE / "cases").glob("*.sh"))

    with tempfile.TemporaryDirectory() as fixtures:
        subprocess.run([HERE.parents[1] / "scripts" / "unpack-fixtures", fixtures], check=True)
        environment = dict({"HOST_ORDER": sys.byteorder}, **os.environ)
        environment.update(PATH=f"{program.parent}:{os.environ['PATH']}", FIXTURES=fixtures, MKDUMP=str(mkdump),
                           LC_ALL="C.UTF-8", TZ="UTC")
        failed = 0
        for number, case in enumerate(cases, 1):
            stdout, status = case.with_suffix(".stdout"), case.with_suffix(".exit")
            done = run(case, environment)
            if update:
                stdout.write_bytes(done.stdout)
                if done.returncode:
                    status.write_text(f"{done.returncode}\n")
                else:
                    status.unlink(missing_ok=True)
            expected = stdout.read_bytes() if stdout.exists() else b""
            expected_status = int(status.read_text()) if status.exists() else 0
            good = done.stdout == expected and done.returncode == expected_status
            print(f"{'ok' if good else 'not ok'} {number} - {case.stem}")
            if not good:
                failed += 1
                print(f"# exit status {done.returncode}, expected {expected_status}")
                for text, name in ((expected, "expected"), (done.stdout, "stdout"), (done.stderr, "stderr")):
                    lines = text.decode(errors="backslashreplace").splitlines()
                    print("\n".join(f"# {name}: {line}" for line in lines[:40]))
        print(f"1..{len(cases)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
