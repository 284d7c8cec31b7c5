#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold the JSON of every question against docs/vmemwalk.schema.json, on the fixtures and on a damaged dump. Prints TAP.

usage: schema.py VMEMWALK MKDUMP
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    # Debian's python3-jsonschema is for Debian's Python, which need not be the first in PATH.
    if os.path.exists("/usr/bin/python3") and sys.executable != "/usr/bin/python3":
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)

TOP = pathlib.Path(__file__).resolve().parents[2]

QUESTIONS = {
    "mappings": [],
    "info": ["--info"],
    "VMCOREINFO": ["--vmcoreinfo"],
    "pages": ["--pfn", "0+600", "--pfn", "8000-8300", "--phys", "0x10000", "--pfn", "99999999"],
    "kpages": ["--kpageflags", "flags.out", "--kpagecount", "count.out"],
    "everything else": ["--page", "0xc00c000000000734", "--translate", "0xc000000000000000", "--translate",
                        "0xc00c000000000040", "--translate", "0xc00cffff00000000", "--read", "0xc000000000000000,100",
                        "--read", "phys:0xfff0,64", "--read", "virt:0xc00c000000000000,32"],
}


def main():
    program, mkdump = (os.path.abspath(argument) for argument in sys.argv[1:3])
    schema = json.loads((TOP / "docs" / "vmemwalk.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    count = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([TOP / "scripts" / "unpack-fixtures", folder], check=True)
        subprocess.run([mkdump, f"{folder}/damaged", "order=big", "page=64K", "ram=512M", "cycle=3", "struct=56",
                        "exclude-untouched=1", "exclude=0x1ffc0000+64K"], check=True, stdout=subprocess.DEVNULL)
        for dump in sorted(os.listdir(folder)):
            for name, question in QUESTIONS.items():
                done = subprocess.run([program, *question, "--json", dump], cwd=folder, capture_output=True, text=True)
                faults = ["no output"] if not done.stdout else []
                if not faults:
                    for error in validator.iter_errors(json.loads(done.stdout)):
                        faults.append(f"{error.json_path}: {error.message[:200]}")
                if done.returncode not in (0, 1, 3, 4):
                    faults.append(f"exit status {done.returncode}: {done.stderr}")
                count += 1
                failed += bool(faults)
                print(f"{'not ok' if faults else 'ok'} {count} - {dump}: {name}")
                print("".join(f"# {fault}\n" for fault in faults[:10]), end="")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
