/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only program of a lab guest. It obeys lines from the console: one command, one answer that
 *starts with "@@".
 *
 *	memory			@@ok memory BLOCK_SIZE N:state N:state ...
 *	online N POLICY		write POLICY (online, online_movable, offline) to memory block N
 *	states [nohugetlb]	make pages of every kind that this kernel has
 *	exec PROGRAM ARGS	run a program, a "~" for each space within an argument
 *	cat FILE, put FILE TEXT	read and write small files
 *	load KERNEL INITRD ARGS	kexec_file_load() a capture kernel
 *	crash			record /proc into locked memory, wait until nothing moves, and crash
 *	copy			(capture kernel) /proc/vmcore to the disk
 *	run NAME PROGRAM ARGS	its output and status to the disk as NAME
 *	off			power off
 *
 * What the guest knows of itself goes out in two ways. Until the crash nothing may be written
 *anywhere, as that moves pages: files of /proc are read into locked memory, each page of which
 *starts with a struct record, and the host finds them in the memory image. The capture kernel
 *writes a chain of struct item to the first virtio disk.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE \
	101 /* include/uapi/asm-generic/mman-common.h; older libc headers lack it */
#endif

#define RECORD_MAGIC "vmemwalk-lab-rec"

/* At the start of each locked page; numbers in the guest's byte order. */
struct record {
	char magic[16];
	char name[40];
	uint64_t sequence; /* of this page within the file */
	uint64_t length;   /* bytes of the file that follow */
};

#define ITEM_MAGIC "vmemwalk-lab-itm"
#define ITEM_ALIGN 4096

/* On the disk, at a multiple of ITEM_ALIGN; data follows at the next one. */
struct item {
	char magic[16];
	char name[40];
	char length[24]; /* decimal: no byte order */
};

static size_t page_size;

static void say(const char *format, ...)
{
	char line[8192];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	for (int done = 0; done < n;) {
		ssize_t written = write(STDOUT_FILENO, line + done, n - done);

		if (written <= 0)
			return;
		done += written;
	}
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

/* The text of a small file without its last newline; "" if it cannot be read. */
static char *get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* ---- memory blocks ---- */

#define BLOCKS "/sys/devices/system/memory"

static int compare_numbers(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

static void do_memory(void)
{
	static unsigned long blocks[4096];
	char path[128], state[32], size[32], line[7000];
	size_t count = 0, at;
	DIR *dir = opendir(BLOCKS);
	struct dirent *entry;

	if (!dir) {
		say("@@failed memory: " BLOCKS ": %s", strerror(errno));
		return;
	}
	while ((entry = readdir(dir))) {
		if (!strncmp(entry->d_name, "memory", 6) && isdigit(entry->d_name[6]) &&
		    count < 4096)
			blocks[count++] = strtoul(entry->d_name + 6, NULL, 10);
	}
	closedir(dir);
	qsort(blocks, count, sizeof(blocks[0]), compare_numbers);
	get(BLOCKS "/block_size_bytes", size, sizeof(size));
	at = snprintf(line, sizeof(line), "0x%s", size);
	for (size_t i = 0; i < count && at < sizeof(line) - 64; i++) {
		snprintf(path, sizeof(path), BLOCKS "/memory%lu/state", blocks[i]);
		at += snprintf(line + at, sizeof(line) - at, " %lu:%s", blocks[i],
			       get(path, state, sizeof(state)));
	}
	say("@@ok memory %s", line);
}

static void do_online(const char *block, const char *policy)
{
	char path[128];
	int error;

	snprintf(path, sizeof(path), BLOCKS "/memory%s/state", block);
	error = put(path, policy);
	if (error)
		say("@@failed online: %s: %s", path, strerror(-error));
	else
		say("@@ok online %s %s", block, policy);
}

/* ---- pages of every kind ---- */

#define MIB (1UL << 20)

static char *map(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void touch(char *p, size_t size, size_t step)
{
	for (size_t at = 0; at < size; at += step)
		*(volatile char *)(p + at) = (char)(at / step + 1);
}

static void made(const char *what, bool yes)
{
	say("lab: %s: %s", what, yes ? "made" : "not on this kernel");
}

static char *map_file(const char *path, size_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		return NULL;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static bool make_ksm(void)
{
	size_t size = 128 * page_size;
	char *p = map(size, MAP_PRIVATE), text[32];

	if (!p || madvise(p, size, MADV_MERGEABLE))
		return false;
	for (size_t at = 0; at < size; at += page_size)
		memset(p + at, 'k', page_size);
	put("/sys/kernel/mm/ksm/pages_to_scan", "10000");
	put("/sys/kernel/mm/ksm/sleep_millisecs", "10");
	put("/sys/kernel/mm/ksm/run", "1");
	for (int i = 0; i < 100; i++) {
		pause_ms(100);
		if (atol(get("/sys/kernel/mm/ksm/pages_sharing", text, sizeof(text))) >= 100)
			break;
	}
	put("/sys/kernel/mm/ksm/run", "0"); /* stops, and leaves merged what is merged */
	return atol(text) > 0;
}

static size_t huge_size(void)
{
	char text[4096] = "", *at;
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		ssize_t n = read(fd, text, sizeof(text) - 1);

		text[n > 0 ? n : 0] = '\0';
		close(fd);
	}
	at = strstr(text, "Hugepagesize:");
	return at ? strtoul(at + 13, NULL, 10) * 1024 : 0;
}

static void do_states(bool pool)
{
	char text[64], *p, *shared, *file;
	size_t size, huge;
	pid_t child;

	p = map(4 * MIB, MAP_PRIVATE);
	if (p)
		touch(p, 4 * MIB, page_size);
	made("anonymous", p);

	shared = map(2 * MIB, MAP_SHARED);
	if (shared)
		touch(shared, 2 * MIB, page_size);
	file = map_file("/tmp/file", 2 * MIB);
	if (file)
		touch(file, 2 * MIB, page_size);
	/* All of the above is mapped twice from here on. */
	child = fork();
	if (child == 0) {
		unsigned long sum = 0;

		for (size_t at = 0; at < 2 * MIB; at += page_size)
			sum += (unsigned char)shared[at] + (unsigned char)file[at];
		p = map(MIB, MAP_PRIVATE);
		if (p)
			touch(p, MIB, page_size);
		p = map_file("/tmp/other", (sum & 1) ? MIB : MIB + page_size);
		if (p)
			touch(p, MIB, page_size);
		for (;;)
			pause();
	}
	pause_ms(300);
	made("shared, file", child > 0 && shared && file);

	p = map(MIB, MAP_PRIVATE);
	made("mlocked", p && !mlock(p, MIB));

	/* The zero page, and the huge one: read, never written. */
	p = map(MIB, MAP_PRIVATE);
	if (p) {
		for (size_t at = 0; at < MIB; at += page_size)
			(void)*(volatile char *)(p + at);
	}
	made("zero page", p);

	size = strtoul(
		get("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", text, sizeof(text)), NULL,
		10);
	if (size) {
		put("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
		p = map(5 * size, MAP_PRIVATE);
		if (p) {
			p = (char *)(((uintptr_t)p + size - 1) & ~(size - 1));
			madvise(p, 4 * size, MADV_HUGEPAGE);
			touch(p, 2 * size, page_size);
			(void)*(volatile char *)(p + 2 * size); /* the huge zero page */
			/* One that was split: its middle is given back. */
			touch(p + 3 * size, size, page_size);
			madvise(p + 3 * size + size / 2, page_size, MADV_DONTNEED);
		}
	}
	made("transparent huge", size && p);

	huge = pool ? huge_size() : 0;
	p = NULL;
	if (huge && huge <= 16 * MIB && !put("/proc/sys/vm/nr_hugepages", "3")) {
		p = map(2 * huge, MAP_PRIVATE | MAP_HUGETLB);
		if (p)
			touch(p, 2 * huge, huge); /* the third stays in the pool */
	}
	made("hugetlb", p);

	made("ksm", make_ksm());

	/* By a process of its own: some kernels kill the one whose page they poison. */
	child = fork();
	if (child == 0) {
		p = map(8 * page_size, MAP_PRIVATE);
		if (p)
			touch(p, 8 * page_size, page_size);
		made("soft-offlined",
		     p && !madvise(p + 4 * page_size, page_size, MADV_SOFT_OFFLINE));
		made("poisoned", p && !madvise(p + page_size, page_size, MADV_HWPOISON));
		for (;;)
			pause();
	}
	pause_ms(500);

	/* Page tables: one page in each of many far places. */
	p = mmap(NULL, 64UL << 30, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p != MAP_FAILED)
		touch(p, 64UL << 30, 1UL << 30);
	made("page tables", p != MAP_FAILED);

	/* Holes of every small order in the buddy system. */
	size = 512 * page_size;
	p = map(size, MAP_PRIVATE);
	if (p) {
		size_t run = 1;

		touch(p, size, page_size);
		for (size_t at = 0; at + 2 * run * page_size <= size;
		     at += 2 * run * page_size, run = run % 7 + 1)
			madvise(p + at, run * page_size, MADV_DONTNEED);
	}
	made("fragments", p);
	say("@@ok states");
}

/* ---- the record ---- */

static char *records;
static size_t record_pages, record_used;

static bool record_room(size_t pages)
{
	size_t size = pages * page_size;

	records = map(size, MAP_PRIVATE);
	if (!records)
		return false;
	madvise(records, size, MADV_NOHUGEPAGE);
	if (mlock(records, size))
		return false;
	record_pages = pages;
	return true;
}

/* Reads PATH into the pages from *first on; false if it does not fit. Where `again` pages were read
 * before, the same ones are read once more. */
static bool record_file(const char *path, const char *name, size_t *first, size_t *count,
			bool *same)
{
	size_t room = (page_size - sizeof(struct record)) & ~7UL, page = *first, sequence = 0;
	static char scratch[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool end = false;

	*same = true;
	if (fd < 0)
		return true;
	while (!end) {
		struct record *record;
		size_t length = 0;

		if (page >= record_pages) {
			close(fd);
			return false;
		}
		record = (struct record *)(records + page * page_size);
		while (length < room) {
			ssize_t n = read(fd, scratch + length, room - length);

			if (n <= 0) {
				end = true;
				break;
			}
			length += (size_t)n;
		}
		if (record->length != length || memcmp(record + 1, scratch, length)) {
			memcpy(record + 1, scratch, length);
			*same = false;
		}
		memcpy(record->magic, RECORD_MAGIC, sizeof(record->magic));
		snprintf(record->name, sizeof(record->name), "%s", name);
		record->sequence = sequence++;
		record->length = length;
		page++;
	}
	close(fd);
	*count = page - *first;
	return true;
}

/* What moves pages by itself is told to stop: a record is worth what is still true at the crash. */
static void be_still(void)
{
	put("/sys/kernel/mm/ksm/run", "0");
	put("/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0");
	put("/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs", "100000000");
	put("/sys/module/damon_stat/parameters/enabled", "N");
	put("/proc/sys/vm/dirty_writeback_centisecs", "0");
	put("/proc/sys/vm/compaction_proactiveness", "0");
	put("/proc/sys/vm/stat_interval", "1000000");
	put("/proc/sys/kernel/numa_balancing", "0");
	put("/proc/sys/kernel/printk", "1");
	sync();
	pause_ms(1500);
}

static void do_crash(void)
{
	static const char *const once[] = { "version", "cmdline",  "iomem",     "kallsyms",
					    "meminfo", "zoneinfo", "buddyinfo", "pagetypeinfo" };
	static const char *const last[] = { "kpageflags", "kpagecount" };
	size_t first[2] = { 0 }, count;
	char path[64], text[64];
	int trigger = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC), round;
	bool same, all = true;

	if (trigger < 0) {
		say("@@failed crash: /proc/sysrq-trigger: %s", strerror(errno));
		return;
	}
	if (!record_room(24 * MIB / page_size)) {
		say("@@failed crash: no memory for the record");
		return;
	}
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%s", once[i]);
		count = 0;
		all = record_file(path, once[i], &record_used, &count, &same) && all;
		record_used += count;
	}
	count = 0;
	all = record_file("/sys/kernel/vmcoreinfo", "vmcoreinfo-place", &record_used, &count,
			  &same) &&
	      all;
	record_used += count;
	count = 0;
	all = record_file(BLOCKS "/block_size_bytes", "block_size_bytes", &record_used, &count,
			  &same) &&
	      all;
	record_used += count;
	be_still();
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%s", last[i]);
		count = 0;
		first[i] = record_used;
		all = record_file(path, last[i], &record_used, &count, &same) && all;
		record_used += count;
	}
	if (!all) {
		say("@@failed crash: the record does not fit");
		return;
	}
	say("@@ok crash kexec_crash_loaded %s",
	    get("/sys/kernel/kexec_crash_loaded", text, sizeof(text)));
	/* The line above is still on its way to the host. From here nothing is printed; both files
	 * must read twice the same. */
	for (round = 0; round < 60; round++) {
		bool still = true;

		pause_ms(round ? 200 : 1000);
		for (int i = 0; i < 2; i++) {
			snprintf(path, sizeof(path), "/proc/%s", last[i]);
			record_file(path, last[i], &first[i], &count, &same);
			still = still && same;
		}
		if (still)
			break;
	}
	if (write(trigger, "c", 1) < 0)
		say("@@failed crash: %s", strerror(errno));
}

/* ---- the capture kernel ---- */

static void do_load(const char *kernel, const char *initrd, const char *args)
{
	int kernel_fd = open(kernel, O_RDONLY | O_CLOEXEC),
	    initrd_fd = open(initrd, O_RDONLY | O_CLOEXEC);
	unsigned long on_crash = 2; /* KEXEC_FILE_ON_CRASH */

	if (kernel_fd < 0 || initrd_fd < 0)
		say("@@failed load: %s, %s: %s", kernel, initrd, strerror(errno));
	else if (syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, strlen(args) + 1, args,
			 on_crash))
		say("@@failed load: kexec_file_load: %s", strerror(errno));
	else
		say("@@ok load");
	if (kernel_fd >= 0)
		close(kernel_fd);
	if (initrd_fd >= 0)
		close(initrd_fd);
}

static int disk = -1;
static off_t disk_at;

#define COPY_SIZE MIB

static bool disk_put(const char *name, int from, unsigned long long *copied, int *error)
{
	static char *buffer;
	off_t head = disk_at;
	struct item *item;
	bool end = false;

	*copied = 0;
	*error = 0;
	if (!buffer)
		buffer = map(COPY_SIZE, MAP_PRIVATE);
	if (disk < 0)
		disk = open("/dev/vda", O_RDWR | O_DIRECT | O_CLOEXEC);
	if (disk < 0 || !buffer) {
		*error = errno;
		return false;
	}
	disk_at += ITEM_ALIGN;
	while (!end) {
		size_t length = 0, padded;

		while (length < COPY_SIZE) {
			ssize_t n = read(from, buffer + length, COPY_SIZE - length);

			if (n < 0)
				*error = errno;
			if (n <= 0) {
				end = true;
				break;
			}
			length += (size_t)n;
		}
		padded = (length + ITEM_ALIGN - 1) & ~(size_t)(ITEM_ALIGN - 1);
		memset(buffer + length, 0, padded - length);
		if (padded && pwrite(disk, buffer, padded, disk_at) != (ssize_t)padded) {
			*error = errno;
			return false;
		}
		disk_at += (off_t)padded;
		*copied += length;
	}
	/* The header last: what has one is whole. */
	memset(buffer, 0, ITEM_ALIGN);
	item = (struct item *)buffer;
	memcpy(item->magic, ITEM_MAGIC, sizeof(item->magic));
	snprintf(item->name, sizeof(item->name), "%s", name);
	snprintf(item->length, sizeof(item->length), "%llu", *copied);
	if (pwrite(disk, buffer, ITEM_ALIGN, head) != ITEM_ALIGN) {
		*error = errno;
		return false;
	}
	return *error == 0;
}

static void do_copy(void)
{
	int fd = open("/proc/vmcore", O_RDONLY | O_CLOEXEC), error = errno;
	unsigned long long copied = 0;

	if (fd < 0)
		say("@@failed copy: /proc/vmcore: %s", strerror(error));
	else if (!disk_put("vmcore", fd, &copied, &error))
		say("@@failed copy: after %llu bytes: %s", copied, strerror(error));
	else
		say("@@ok copy %llu", copied);
	if (fd >= 0)
		close(fd);
}

static void do_run(const char *name, char *args)
{
	char *argv[32], path[64], status_name[48];
	int argc = 0, status = 0, error = 0, out;
	unsigned long long copied;
	pid_t child;

	for (char *word = strtok(args, " "); word && argc < 31; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	if (!argc) {
		say("@@failed run: nothing to run");
		return;
	}
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/tmp/out%d", i);
		unlink(path);
	}
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 2; i++) {
			snprintf(path, sizeof(path), "/tmp/out%d", i);
			dup2(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), i + 1);
		}
		execv(argv[0], argv);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child) {
		say("@@failed run: %s", strerror(errno));
		return;
	}
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/tmp/out%d", i);
		snprintf(status_name, sizeof(status_name), "%s.%s", name, i ? "stderr" : "stdout");
		out = open(path, O_RDONLY | O_CLOEXEC);
		if (out < 0 || !disk_put(status_name, out, &copied, &error)) {
			say("@@failed run: %s: %s", path, strerror(error ? error : errno));
			return;
		}
		close(out);
	}
	if (WIFEXITED(status))
		say("@@ok run %s exit %d", name, WEXITSTATUS(status));
	else
		say("@@ok run %s signal %d", name, WTERMSIG(status));
}

/* A program whose output is for the console. */
static void do_exec(char *args)
{
	char *argv[64];
	int argc = 0, status = 0;
	pid_t child;

	/* Words are separated by spaces; an argument of several words has them joined by tildes. */
	for (char *word = strtok(args, " "); word && argc < 63; word = strtok(NULL, " ")) {
		for (char *at = word; (at = strchr(at, '~'));)
			*at = ' ';
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	child = argc ? fork() : -1;
	if (child == 0) {
		execv(argv[0], argv);
		say("lab: %s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status))
		say("@@failed exec: status %#x", status);
	else
		say("@@ok exec");
}

/* ---- start ---- */

/* Modules of a Debian kernel, in the order of their names: whoever made the initramfs numbered
 * them. */
static void load_modules(void)
{
	struct dirent **list;
	int count = scandir("/modules", &list, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		char path[300];
		int fd;

		if (list[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", list[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
			say("lab: %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
}

static size_t read_line(char *line, size_t size)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got != 1) {
			pause_ms(10);
			continue;
		}
		if (c == '\r' || c == '\n')
			break;
		if (n < size - 1)
			line[n++] = c;
	}
	line[n] = '\0';
	return n;
}

int main(void)
{
	struct termios tty;
	char line[2048];

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, NULL);
	mkdir("/sys/kernel/debug", 0755);
	mount("debug", "/sys/kernel/debug", "debugfs", 0, NULL);
	for (int fd = 0; fd < 3; fd++) {
		int console = open("/dev/hvc0", O_RDWR);

		if (console < 0)
			console = open("/dev/console", O_RDWR);
		if (console >= 0 && console != fd) {
			dup2(console, fd);
			close(console);
		}
	}
	if (!tcgetattr(STDIN_FILENO, &tty)) {
		cfmakeraw(&tty);
		tty.c_oflag |= OPOST | ONLCR;
		tcsetattr(STDIN_FILENO, TCSANOW, &tty);
	}
	load_modules();
	say("@@ready %s page %zu", access("/proc/vmcore", F_OK) ? "system" : "capture", page_size);

	for (;;) {
		char *rest = line, *word, *a, *b;

		if (!read_line(line, sizeof(line)))
			continue;
		word = strsep(&rest, " ");
		if (!strcmp(word, "memory")) {
			do_memory();
		} else if (!strcmp(word, "online")) {
			a = strsep(&rest, " ");
			b = strsep(&rest, " ");
			do_online(a ? a : "", b ? b : "");
		} else if (!strcmp(word, "states")) {
			do_states(!rest || strcmp(rest, "nohugetlb"));
		} else if (!strcmp(word, "load")) {
			a = strsep(&rest, " ");
			b = strsep(&rest, " ");
			do_load(a ? a : "", b ? b : "", rest ? rest : "");
		} else if (!strcmp(word, "crash")) {
			do_crash();
		} else if (!strcmp(word, "copy")) {
			do_copy();
		} else if (!strcmp(word, "run")) {
			a = strsep(&rest, " ");
			do_run(a ? a : "", rest ? rest : line + strlen(line));
		} else if (!strcmp(word, "exec")) {
			do_exec(rest ? rest : line + strlen(line));
		} else if (!strcmp(word, "cat")) {
			int fd = open(rest ? rest : "", O_RDONLY | O_CLOEXEC);
			ssize_t n;
			char text[1024];

			while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0) {
				if (write(STDOUT_FILENO, text, (size_t)n) < 0)
					break;
			}
			if (fd >= 0)
				close(fd);
			say("@@%s cat", fd >= 0 ? "ok" : "failed");
		} else if (!strcmp(word, "put")) {
			int error;

			a = strsep(&rest, " ");
			error = put(a ? a : "", rest ? rest : "");
			if (error)
				say("@@failed put: %s: %s", a ? a : "", strerror(-error));
			else
				say("@@ok put");
		} else if (!strcmp(word, "off")) {
			say("@@ok off");
			sync();
			reboot(RB_POWER_OFF);
		} else {
			say("@@failed %s: no such command", word);
		}
	}
}
