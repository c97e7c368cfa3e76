// SPDX-License-Identifier: MIT
#include "runtime/sys/in.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "base/utf8.h"
#include "runtime/core/throw.h"
#include "runtime/data/str.h"
#include "runtime/data/text.h"
#include "runtime/sys/out.h"

#define ESCAPE_WAIT_MS 50 // an arrow key sends its octets within this time of the escape

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char buffer[4096];
static size_t at, end;

// Makes sure that at least one octet is waiting. False at the end of input or on an error.
static bool fill_nolock(void)
{
    if (at < end) return true;
    ssize_t n;
    do n = read(0, buffer, sizeof buffer);
    while (n < 0 && errno == EINTR && !os_interrupted());
    // Somebody else made the terminal non-blocking (a child may): wait for it.
    while (n < 0 && (errno == EAGAIN || errno == EINTR) && !os_interrupted()) {
        struct pollfd p = {0, POLLIN, 0};
        if (poll(&p, 1, -1) < 0 && errno != EINTR) return false;
        n = read(0, buffer, sizeof buffer);
    }
    at = 0;
    end = n > 0 ? (size_t)n : 0;
    return end > 0;
}

static void read_line_nolock(Buf *line)
{
    while (fill_nolock()) {
        const char *nl = memchr(buffer + at, '\n', end - at);
        size_t n = nl ? (size_t)(nl - (buffer + at)) : end - at;
        buf_put(line, buffer + at, n);
        at += n + (nl != NULL);
        if (nl) return;
    }
}

bool mdh_read_raw_line(Buf *line)
{
    mdh_out_flush();
    pthread_mutex_lock(&lock);
    bool more = fill_nolock();
    if (more) read_line_nolock(line);
    pthread_mutex_unlock(&lock);
    return more;
}

MdhValue mdh_read_line(MdhThread *t, Slice prompt)
{
    Buf line;
    mdh_out_write(prompt.ptr, prompt.len);
    mdh_out_flush();
    buf_init(&line, MDH_MAX_OBJECT_BYTES);
    pthread_mutex_lock(&lock);
    read_line_nolock(&line);
    pthread_mutex_unlock(&lock);
    MdhValue text = MDH_EXC;
    if (!buf_ok(&line)) {
        mdh_throw_oom(t, line.len);
    } else {
        text = mdh_text_lossy(t, line.data, line.len);
        if (!mdh_is_exc(text)) {
            Slice trimmed = mdh_text_trim(mdh_str_slice(text));
            if (trimmed.len < mdh_str(text)->len)
                text = mdh_str_new(t, trimmed.ptr, trimmed.len);
        }
    }
    buf_deinit(&line);
    return text;
}

// Keys ---------------------------------------------------------------------------------------

static bool more_soon(void)
{
    struct pollfd p = {0, POLLIN, 0};
    return at < end || poll(&p, 1, ESCAPE_WAIT_MS) > 0;
}

static size_t put_key(char key[8], const char *text)
{
    size_t n = strlen(text);
    memcpy(key, text, n + 1);
    return n;
}

static size_t escape_nolock(char key[8])
{
    static const char *const arrows[] = {"Up", "Down", "Right", "Left"};
    if (!more_soon() || !fill_nolock()) return put_key(key, "\x1b");
    if (buffer[at] != '[' && buffer[at] != 'O') return put_key(key, "\x1b");
    at++;
    if (!more_soon() || !fill_nolock()) return put_key(key, "\x1b");
    int which = buffer[at++] - 'A';
    return put_key(key, which >= 0 && which < 4 ? arrows[which] : "\x1b");
}

static size_t key_nolock(char key[8])
{
    if (!fill_nolock()) return 0;
    unsigned char first = (unsigned char)buffer[at++];
    if (first == 0x1b) return escape_nolock(key);
    if (first == '\r' || first == '\n') return put_key(key, "\n");
    if (first == 0x7f || first == 0x08) return put_key(key, "\x08");
    size_t n = 1, want = first < 0xC0 ? 1 : utf8_len_of_lead(first);
    key[0] = (char)first;
    while (n < want && more_soon() && fill_nolock()) key[n++] = buffer[at++];
    key[n] = 0;
    return utf8_is_valid(key, n) ? n : put_key(key, "\xEF\xBF\xBD");
}

size_t mdh_read_key(char key[8])
{
    struct termios was, raw;
    key[0] = 0;
    if (!os_is_tty(0) || tcgetattr(0, &was)) return 0;
    raw = was;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    mdh_out_flush();
    pthread_mutex_lock(&lock);
    tcsetattr(0, TCSADRAIN, &raw);
    size_t n = key_nolock(key);
    tcsetattr(0, TCSADRAIN, &was);
    pthread_mutex_unlock(&lock);
    return n;
}
