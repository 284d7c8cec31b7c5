# SPDX-License-Identifier: GPL-2.0-or-later
"""One QEMU pseries machine: its console, its monitor, and what can be done to its memory."""

import json
import os
import re
import select
import socket
import subprocess
import time


class LabError(Exception):
    pass


def size(text):
    """512M, 1G, 4096 -> bytes"""
    unit = {"K": 10, "M": 20, "G": 30, "T": 40}.get(text[-1].upper())
    return int(text[:-1]) << unit if unit else int(text, 0)


# The features that a TCG guest cannot have; without these words QEMU refuses to start.
MACHINE = "pseries,cap-htm=off,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off"


class Machine:
    """`memory`: list of bytes, one for each NUMA node that has RAM at boot."""

    def __init__(self, out, kernel, initrd, mmu, memory, append="", large_pages=False, disk=None, cpus=1, nodes=0):
        self.out = out
        self.memory = memory
        self.dimms = {}
        self.commands = 0
        self.events = []
        self.text = b""
        self.seen = 0
        self.log = open(os.path.join(out, "console.log"), "wb")
        monitor = os.path.join(out, "monitor")
        if os.path.exists(monitor):
            os.unlink(monitor)
        machine = MACHINE + (",cap-hpt-max-page-size=16m" if large_pages else "")
        words = ["console=hvc0", "panic=0", "movable_node", append]
        if mmu == "hash":
            words.append("disable_radix")
        self.append = " ".join(word for word in words if word)
        total = sum(memory)
        command = ["qemu-system-ppc64", "-M", machine, "-accel", "tcg", "-cpu", "power8" if mmu == "hash" else "power9",
                   "-smp", str(cpus), "-m", "%dM,slots=8,maxmem=%dM" % (total >> 20, (total >> 20) + 4096),
                   "-nodefaults", "-display", "none", "-vga", "none", "-action", "panic=pause", "-action", "reboot=shutdown",
                   "-serial", "stdio", "-qmp", "unix:%s,server=on,wait=off" % monitor,
                   "-kernel", kernel, "-initrd", initrd, "-append", self.append]
        if len(memory) + nodes > 1:
            for node, bytes_ in enumerate(memory):
                command += ["-object", "memory-backend-ram,id=r%d,size=%d" % (node, bytes_),
                            "-numa", "node,nodeid=%d,memdev=r%d" % (node, node)]
            for node in range(len(memory), len(memory) + nodes):
                command += ["-numa", "node,nodeid=%d" % node]
        if disk:
            with open(disk, "wb") as file:
                file.truncate(total + (4 << 30))
            command += ["-drive", "file=%s,format=raw,if=none,id=d0,cache=unsafe,discard=unmap,detect-zeroes=unmap" % disk,
                        "-device", "virtio-blk-pci,drive=d0"]
        self.command = command
        with open(os.path.join(out, "qemu.command"), "w", encoding="utf-8") as file:
            file.write(" ".join("'%s'" % word if re.search(r"[^\w,.:=/+-]", word) else word for word in command) + "\n")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=open(os.path.join(out, "qemu.stderr"), "wb"))
        self.monitor = self._connect(monitor)

    def _connect(self, path):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            try:
                link = socket.socket(socket.AF_UNIX)
                link.connect(path)
                self.channel = link.makefile("rwb", buffering=0)
                json.loads(self.channel.readline())
                self.socket = link
                self.qmp("qmp_capabilities")
                return link
            except (FileNotFoundError, ConnectionRefusedError):
                link.close()
                time.sleep(0.05)
        with open(os.path.join(self.out, "qemu.stderr"), encoding="utf-8", errors="replace") as file:
            raise LabError("QEMU did not start: " + file.read().strip())

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._drain(0)
        self.log.close()
        for name in ("channel", "socket"):
            if hasattr(self, name):
                getattr(self, name).close()
        try:
            os.unlink(os.path.join(self.out, "monitor"))
        except FileNotFoundError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # The monitor.

    def qmp(self, command, **arguments):
        request = {"execute": command, "arguments": {key.replace("_", "-"): value for key, value in arguments.items()}}
        self.channel.write(json.dumps(request).encode() + b"\n")
        while True:
            # The console is a pipe: a guest that prints while we wait must not block.
            ready, _, _ = select.select([self.socket, self.process.stdout], [], [], 600)
            if self.process.stdout in ready:
                self._drain(0)
            if self.socket not in ready:
                if not ready:
                    raise LabError("%s: the monitor does not answer" % command)
                if self.process.poll() is not None:
                    raise LabError("%s: QEMU ended" % command)
                continue
            line = self.channel.readline()
            if not line:
                raise LabError("%s: QEMU closed its monitor" % command)
            answer = json.loads(line)
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise LabError("%s: %s" % (command, answer["error"]["desc"]))
            else:
                return answer.get("return")

    def event(self, names, timeout, match=lambda event: True):
        """The first event of one of these names, or None."""
        end = time.time() + timeout
        while True:
            for event in self.events:
                if event["event"] in names and match(event):
                    self.events.remove(event)
                    return event
            if time.time() > end:
                return None
            self._drain(0.2)
            self.qmp("query-status")

    # The console.

    def _drain(self, timeout):
        """Reads what the guest printed; False when there is no more and never will be."""
        while True:
            ready, _, _ = select.select([self.process.stdout], [], [], timeout)
            if not ready:
                return True
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return False
            self.text += data
            self.log.write(data)
            self.log.flush()
            timeout = 0

    def wait(self, pattern, timeout):
        """The match of `pattern` in what the guest prints from here on."""
        end = time.time() + timeout
        pattern = re.compile(pattern)
        while True:
            match = pattern.search(self.text, self.seen)
            if match:
                self.seen = match.end()
                return match
            alive = self._drain(0.2)
            if pattern.search(self.text, self.seen):
                continue
            if not alive:
                raise LabError("QEMU ended while waiting for %r" % pattern.pattern)
            self.qmp("query-status")
            if any(event["event"] == "GUEST_PANICKED" for event in self.events):
                self._drain(0.5)
                raise LabError("the guest panicked; the console ends: %r" % self.text[-300:])
            if time.time() > end:
                raise LabError("nothing like %r within %d s; the console ends: %r" % (
                    pattern.pattern, timeout, self.text[-300:]))

    def tell(self, line, timeout=120):
        """A command for init.c; its answer without the first word."""
        self._drain(0)
        self.seen = len(self.text)
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        match = self.wait(rb"@@(ok|failed) ([^\r\n]*)\r?\n", timeout)
        text = match.group(2).decode(errors="replace")
        if match.group(1) != b"ok":
            raise LabError("%s: %s" % (line, text))
        return text.split(" ", 1)[1] if " " in text else ""

    # Memory that comes and goes.

    def blocks(self):
        """The block size and {block: state}, as the guest's /sys has them."""
        words = self.tell("memory").split()
        return int(words[0], 16), {int(word.split(":")[0]): word.split(":")[1] for word in words[1:]}

    def add(self, name, bytes_, node=0, timeout=120):
        block, before = self.blocks()
        self.qmp("object-add", qom_type="memory-backend-ram", id="m" + name, size=bytes_)
        self.qmp("device_add", driver="pc-dimm", id=name, memdev="m" + name, node=node)
        for device in self.qmp("query-memory-devices"):
            if device["data"]["id"] == name:
                self.dimms[name] = (device["data"]["addr"], device["data"]["size"])
        end = time.time() + timeout
        while True:
            _, now = self.blocks()
            if sum(state == "online" for number, state in now.items() if number not in before) * block >= bytes_:
                return
            if time.time() > end:
                raise LabError("%s: the guest has not put it online: %r" % (name, now))
            time.sleep(0.5)

    def dimm_blocks(self, name):
        """The guest's memory blocks within a DIMM that are there."""
        block, now = self.blocks()
        addr, bytes_ = self.dimms[name]
        return [number for number in sorted(now) if addr <= number * block < addr + bytes_]

    def remove(self, name, timeout=180):
        self.qmp("device_del", id=name)
        event = self.event(("DEVICE_DELETED", "MEM_UNPLUG_ERROR", "DEVICE_UNPLUG_GUEST_ERROR"), timeout,
                           lambda event: event["data"].get("device") == name)
        if not event:
            raise LabError("%s: the guest has not given it back in %d s" % (name, timeout))
        if event["event"] != "DEVICE_DELETED":
            raise LabError("%s: the guest refused: %s" % (name, json.dumps(event["data"])))
        self.qmp("object-del", id="m" + name)
        del self.dimms[name]

    # Pictures.

    def image(self, folder):
        """All RAM, a file for each range: [(address, size, file name)]."""
        os.makedirs(folder, exist_ok=True)
        ranges = [(0, sum(self.memory))] + sorted(self.dimms.values())
        result = []
        self.qmp("stop")
        for addr, bytes_ in ranges:
            name = "ram-%#x" % addr
            path = os.path.abspath(os.path.join(folder, name))
            self.qmp("pmemsave", val=addr, size=bytes_, filename=path)
            subprocess.run(["fallocate", "--dig-holes", path], check=False)
            result.append((addr, bytes_, name))
        with open(os.path.join(folder, "ranges.json"), "w", encoding="utf-8") as file:
            json.dump(result, file)
        self.qmp("cont")
        return result

    def dump(self, path, form):
        """QEMU's own dump of the guest, stopped meanwhile."""
        self.qmp("stop")
        self.qmp("dump-guest-memory", paging=False, protocol="file:" + os.path.abspath(path), format=form)
        self.qmp("cont")
