// SPDX-License-Identifier: MIT
// What this process may use: processors and memory, with containers in mind. A container's
// limits stand in the control-group files, version 2 under the path of /proc/self/cgroup,
// version 1 under one directory per controller. Limits of every ancestor apply, so the walk
// goes up to the root.

#define _GNU_SOURCE
#include "base/os.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/num.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define SMALL_FILE  ((size_t)64 << 10)

// Reads a small file of the kernel's; empty when it is not there.
static void read_small(const char *path, Buf *out)
{
    buf_init(out, SMALL_FILE);
    if (os_read_file(path, SMALL_FILE, out, NULL) != MDH_OK) buf_clear(out);
}

// The first word of a file as a number; false for "max", other text, or no file.
static bool read_number(const char *path, uint64_t *out)
{
    Buf text;
    read_small(path, &text);
    Slice word = slice_trim(buf_view(&text));
    bool ok = num_parse_u64(word, 10, out) == NUM_OK;
    buf_deinit(&text);
    return ok;
}

// The next line of `rest`, without its newline.
static Slice next_line(Slice *rest)
{
    size_t end = slice_find_char(*rest, '\n');
    Slice line = slice_sub(*rest, 0, end == SLICE_NOT_FOUND ? rest->len : end);
    *rest = slice_from(*rest, end == SLICE_NOT_FOUND ? rest->len : end + 1);
    return line;
}

// True when the comma-separated `list` holds `word`.
static bool list_has(Slice list, Slice word)
{
    while (list.len) {
        size_t comma = slice_find_char(list, ',');
        if (slice_eq(slice_sub(list, 0, comma), word)) return true;
        list = comma == SLICE_NOT_FOUND ? SLICE_NONE : slice_from(list, comma + 1);
    }
    return false;
}

// Our group's path from /proc/self/cgroup, lines of "id:controllers:path". Version 2 has an
// empty controller list. Appends nothing when there is none.
static void own_group(Slice controller, Buf *out)
{
    Buf text;
    read_small("/proc/self/cgroup", &text);
    for (Slice rest = buf_view(&text); rest.len;) {
        Slice line = next_line(&rest);
        size_t first = slice_find_char(line, ':');
        if (first == SLICE_NOT_FOUND) continue;
        Slice tail = slice_from(line, first + 1);
        size_t second = slice_find_char(tail, ':');
        if (second == SLICE_NOT_FOUND) continue;
        Slice list = slice_sub(tail, 0, second);
        if (controller.len ? list_has(list, controller) : list.len == 0) {
            buf_put_slice(out, slice_from(tail, second + 1));
            break;
        }
    }
    buf_deinit(&text);
}

// Calls `visit` with the directory of our group and of each ancestor under `root`.
static void each_group_dir(const char *root, Slice controller,
                           void (*visit)(const char *dir, void *), void *arg)
{
    Buf group, dir;
    buf_init(&group, SMALL_FILE);
    buf_init(&dir, SMALL_FILE);
    own_group(controller, &group);
    for (size_t len = group.len;;) {
        while (len && group.data[len - 1] == '/') len--;
        buf_clear(&dir);
        buf_puts(&dir, root);
        buf_put(&dir, group.data, len);
        if (buf_ok(&dir)) visit(dir.data, arg);
        if (!len) break;
        while (len && group.data[len - 1] != '/') len--;
    }
    buf_deinit(&dir);
    buf_deinit(&group);
}

static bool number_in_dir(const char *dir, const char *file, uint64_t *out)
{
    Buf path;
    buf_init(&path, SMALL_FILE);
    buf_printf(&path, "%s/%s", dir, file);
    bool ok = buf_ok(&path) && read_number(path.data, out);
    buf_deinit(&path);
    return ok;
}

static void lower_to(uint64_t *limit, uint64_t value)
{
    if (value && value < *limit) *limit = value;
}

static void memory_v2(const char *dir, void *limit)
{
    uint64_t value;
    if (number_in_dir(dir, "memory.max", &value)) lower_to(limit, value);
    if (number_in_dir(dir, "memory.high", &value)) lower_to(limit, value);
}

static void memory_v1(const char *dir, void *limit)
{
    uint64_t value;
    if (number_in_dir(dir, "memory.limit_in_bytes", &value)) lower_to(limit, value);
}

uint64_t os_memory_limit_bytes(void)
{
    uint64_t limit = (uint64_t)1 << 62;
    struct sysinfo info;
    if (sysinfo(&info) == 0) lower_to(&limit, (uint64_t)info.totalram * info.mem_unit);

    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
        lower_to(&limit, space.rlim_cur);
    }
    each_group_dir(CGROUP_ROOT, SLICE_NONE, memory_v2, &limit);
    each_group_dir(CGROUP_ROOT "/memory", SLICE_LIT("memory"), memory_v1, &limit);
    return limit;
}

// cpu.max holds "quota period" in microseconds, or "max period".
static void cpu_v2(const char *dir, void *limit)
{
    Buf path, text;
    buf_init(&path, SMALL_FILE);
    buf_printf(&path, "%s/cpu.max", dir);
    read_small(path.data, &text);
    Slice all = slice_trim(buf_view(&text));
    size_t gap = slice_find_char(all, ' ');
    uint64_t quota, period;
    if (gap != SLICE_NOT_FOUND &&
        num_parse_u64(slice_sub(all, 0, gap), 10, &quota) == NUM_OK &&
        num_parse_u64(slice_from(all, gap + 1), 10, &period) == NUM_OK && period) {
        lower_to(limit, (quota + period - 1) / period);
    }
    buf_deinit(&text);
    buf_deinit(&path);
}

static void cpu_v1(const char *dir, void *limit)
{
    uint64_t quota, period;
    if (number_in_dir(dir, "cpu.cfs_quota_us", &quota) &&
        number_in_dir(dir, "cpu.cfs_period_us", &period) && period) {
        lower_to(limit, (quota + period - 1) / period);
    }
}

int os_cpu_count(void)
{
    uint64_t count = 1;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        count = (uint64_t)CPU_COUNT(&set);
    } else {
        long online = sysconf(_SC_NPROCESSORS_ONLN); // more than the set can hold
        if (online > 0) count = (uint64_t)online;
    }
    each_group_dir(CGROUP_ROOT, SLICE_NONE, cpu_v2, &count);
    each_group_dir(CGROUP_ROOT "/cpu", SLICE_LIT("cpu"), cpu_v1, &count);
    return count < 1 ? 1 : count > 4096 ? 4096 : (int)count;
}

uint64_t os_resident_bytes(void)
{
    Buf text;
    read_small("/proc/self/statm", &text);
    unsigned long long total = 0, resident = 0;
    int got = sscanf(text.data, "%llu %llu", &total, &resident);
    buf_deinit(&text);
    return got == 2 ? (uint64_t)resident * os_page_size() : 0;
}
