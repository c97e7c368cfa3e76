// SPDX-License-Identifier: MIT
#include "runtime/net/dns_hosts.h"

#include <pthread.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/os.h"

#define HOSTS_MAX (16u << 20) // octets; a longer file counts as empty

static pthread_mutex_t hosts_lock = PTHREAD_MUTEX_INITIALIZER;
static Buf text = {.data = (char *)"", .max = HOSTS_MAX + 1};
static Buf path = {.data = (char *)"", .max = 4096};
static struct stat seen; // of the file as it was read

bool dns_hosts_use(const char *new_path)
{
    pthread_mutex_lock(&hosts_lock);
    buf_clear(&path);
    if (new_path) buf_puts(&path, new_path);
    bool ok = buf_ok(&path);
    if (!ok) buf_clear(&path);
    memset(&seen, 0, sizeof seen);
    pthread_mutex_unlock(&hosts_lock);
    return ok;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void read_if_changed(void)
{
    const char *file = path.len ? path.data : "/etc/hosts";
    struct stat now;
    if (stat(file, &now) || !S_ISREG(now.st_mode)) {
        buf_clear(&text);
        memset(&seen, 0, sizeof seen);
        return;
    }
    if (is_same(&now, &seen)) return;
    buf_clear(&text);
    if (os_read_file(file, HOSTS_MAX, &text, NULL)) buf_clear(&text);
    seen = now;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

// The next word of a line, which loses it. Empty at the end.
static Slice next_word(Slice *line)
{
    size_t from = 0, to;
    while (from < line->len && is_blank(line->ptr[from])) from++;
    for (to = from; to < line->len && !is_blank(line->ptr[to]);) to++;
    Slice word = slice_sub(*line, from, to);
    *line = slice_from(*line, to);
    return word;
}

static bool line_names(Slice line, Slice name)
{
    for (Slice word = next_word(&line); word.len; word = next_word(&line))
        if (slice_eq_nocase(word, name)) return true;
    return false;
}

static void add_once(const NetAddr *a, NetAddr *out, unsigned max, unsigned *n)
{
    for (unsigned i = 0; i < *n; i++)
        if (net_addr_compare(&out[i], a) == 0) return;
    if (*n < max) out[(*n)++] = *a;
}

static bool search(Slice all, Slice name, NetFamily family, NetAddr *out, unsigned max,
                   unsigned *n)
{
    bool found = false;
    while (all.len) {
        size_t end = slice_find_char(all, '\n');
        Slice line = slice_sub(all, 0, end);
        all = slice_from(all, end == SLICE_NOT_FOUND ? all.len : end + 1);
        line = slice_sub(line, 0, slice_find_char(line, '#'));
        Slice first = next_word(&line);
        NetAddr a;
        if (!line_names(line, name) || !net_addr_parse_host(&a, first, 0)) continue;
        found = true;
        if (family == NET_ANY || net_addr_family(&a) == family) add_once(&a, out, max, n);
    }
    return found;
}

bool dns_hosts_find(Slice name, NetFamily family, NetAddr *out, unsigned max, unsigned *n)
{
    *n = 0;
    pthread_mutex_lock(&hosts_lock);
    read_if_changed();
    bool found = search(buf_view(&text), name, family, out, max, n);
    pthread_mutex_unlock(&hosts_lock);
    return found;
}
