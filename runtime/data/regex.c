// SPDX-License-Identifier: MIT
// The only file that sees the matching library (PCRE2, 8-bit). It backtracks, so every match has
// a limit of steps and of memory; passing it is an error the program can catch, never a hang.
// The library counts the steps anew at each place of the text where a match might begin, so a
// long text could still take that many times as long: it is searched in pieces (of beginnings; a
// match may reach beyond its piece), and between pieces the walk looks at the clock.
//
// Compiled patterns live in a table of the process. A pattern in use is counted, so that it is
// never freed under a match; when every place is in use a pattern is compiled for one walk
// alone. The table's mutex is held for looking up and counting only. Compiled code may be shared
// by threads; the match block belongs to one walk.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "runtime/data/regex.h"

#include <pcre2.h>
#include <pthread.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/os.h"
#include "base/siphash.h"
#include "base/utf8.h"
#include "runtime/core/throw.h"
#include "runtime/data/regex_syntax.h"
#include "runtime/data/str.h"

#define CACHE_SLOTS        64
#define MAX_CACHED_PATTERN 4096 // octets; longer ones are compiled each time
#define MAX_PATTERN        (1 << 20)
#define MATCH_LIMIT        1000000 // steps from one beginning: some milliseconds
#define WALK_LIMIT_NS      UINT64_C(2000000000)
#define PIECE              64 // beginnings tried between two looks at the clock, at first
#define PIECE_MAX          ((size_t)1 << 20)
#define PIECE_QUICK_NS                                                                     \
    UINT64_C(1000000) // after a piece done in less the next one is longer
#define HEAP_LIMIT_KB    (64 * 1024)
#define PAREN_NEST_LIMIT 200

typedef struct CacheSlot {
    Buf pattern;
    pcre2_code *code; // NULL: free
    uint32_t hash, users;
    uint64_t stamp; // of the last use
} CacheSlot;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static CacheSlot cache[CACHE_SLOTS];
static uint64_t clock_now;
// NULL when memory was out at the start: defaults
static pcre2_compile_context *compile_context;
static pcre2_match_context *match_context;

static void start(void)
{
    compile_context = pcre2_compile_context_create(NULL);
    match_context = pcre2_match_context_create(NULL);
    if (compile_context) {
        pcre2_set_newline(compile_context, PCRE2_NEWLINE_LF);
        pcre2_set_parens_nest_limit(compile_context, PAREN_NEST_LIMIT);
    }
    if (match_context) {
        pcre2_set_match_limit(match_context, MATCH_LIMIT);
        pcre2_set_heap_limit(match_context, HEAP_LIMIT_KB);
    }
}

// Compiling ------------------------------------------------------------------------------------

static MdhValue throw_invalid(MdhThread *t, MdhValue pattern, const char *reason)
{
    return mdh_throw_native(t, "Invalid regex '%v': %s", pattern, reason);
}

// Case is of Unicode, so are \w \d \s \b; `$` is the very end of the text without the m flag.
static pcre2_code *compile(MdhThread *t, MdhValue pattern)
{
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
    Slice text = mdh_str_slice(pattern);
    int code = 0;
    PCRE2_SIZE at;
    pcre2_code *compiled = NULL;
    Buf ours;
    if (text.len > MAX_PATTERN) {
        mdh_throw_native(t, "Invalid regex: it is langer than %d bytes",
                         (int64_t)MAX_PATTERN);
        return NULL;
    }
    buf_init(&ours, (size_t)MAX_PATTERN * 3);
    const char *refused = mdh_regex_translate(text, &ours);
    if (refused) {
        throw_invalid(t, pattern, refused);
    } else if (!buf_ok(&ours)) {
        mdh_throw_oom(t, text.len);
    } else {
        compiled = pcre2_compile((PCRE2_SPTR)ours.data, ours.len, options, &code, &at,
                                 compile_context);
        if (!compiled) {
            PCRE2_UCHAR message[160];
            if (pcre2_get_error_message(code, message, sizeof message) < 0) message[0] = 0;
            throw_invalid(t, pattern, (const char *)message);
        }
    }
    buf_deinit(&ours);
    // Machine code where the system allows it; without it the interpreter matches.
    if (compiled) (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    return compiled;
}

// The cache ------------------------------------------------------------------------------------

static CacheSlot *find_nolock(Slice pattern, uint32_t hash)
{
    for (CacheSlot *s = cache; s < cache + CACHE_SLOTS; s++)
        if (s->code && s->hash == hash && slice_eq(buf_view(&s->pattern), pattern))
            return s;
    return NULL;
}

static bool take_cached(MdhRegex *re, Slice pattern, uint32_t hash)
{
    pthread_mutex_lock(&lock);
    CacheSlot *s = find_nolock(pattern, hash);
    if (s) {
        s->users++;
        s->stamp = ++clock_now;
        re->code = s->code;
        re->slot = (int)(s - cache);
    }
    pthread_mutex_unlock(&lock);
    return s != NULL;
}

// A free place, or the one whose last use is longest ago, emptied; NULL when all are in use.
static CacheSlot *make_room_nolock(void)
{
    CacheSlot *oldest = NULL;
    for (CacheSlot *s = cache; s < cache + CACHE_SLOTS; s++)
        if (!s->users && (!oldest || s->stamp < oldest->stamp)) oldest = s;
    if (oldest && oldest->code) {
        pcre2_code_free(oldest->code);
        oldest->code = NULL;
        oldest->stamp = 0;
        buf_deinit(&oldest->pattern);
    }
    return oldest;
}

// Puts fresh code into the cache, if it may stay there.
static void keep(MdhRegex *re, Slice pattern, uint32_t hash)
{
    if (pattern.len > MAX_CACHED_PATTERN) return;
    pthread_mutex_lock(&lock);
    // Another thread may have compiled the same pattern meanwhile: then ours stays our own.
    CacheSlot *s = find_nolock(pattern, hash) ? NULL : make_room_nolock();
    if (s) {
        buf_init(&s->pattern, MAX_CACHED_PATTERN);
        buf_put_slice(&s->pattern, pattern);
        if (buf_ok(&s->pattern)) {
            s->code = re->code;
            s->hash = hash;
            s->users = 1;
            s->stamp = ++clock_now;
            re->slot = (int)(s - cache);
        } else {
            buf_deinit(&s->pattern);
        }
    }
    pthread_mutex_unlock(&lock);
}

static void release_code(MdhRegex *re)
{
    if (re->slot < 0) {
        pcre2_code_free(re->code);
        return;
    }
    pthread_mutex_lock(&lock);
    cache[re->slot].users--;
    pthread_mutex_unlock(&lock);
}

static bool get_code(MdhThread *t, MdhRegex *re, MdhValue pattern)
{
    Slice text = mdh_str_slice(pattern);
    uint32_t hash = hash_bytes(text.ptr, text.len);
    re->slot = -1;
    if (take_cached(re, text, hash)) return true;
    re->code = compile(t, pattern);
    if (!re->code) return false;
    keep(re, text, hash);
    return true;
}

// Walking --------------------------------------------------------------------------------------

bool mdh_regex_open(MdhThread *t, MdhRegex *re, MdhValue text, MdhValue pattern)
{
    pthread_once(&once, start);
    *re = (MdhRegex){.text = mdh_str_slice(text), .slot = -1, .last_end = (size_t)-1};
    // Strings are UTF-8; the library trusts it without looking again at each match.
    if (!mdh_str_is_ascii(text) && !utf8_is_valid(re->text.ptr, re->text.len)) {
        mdh_throw_native(t, "The text isnae UTF-8");
        return false;
    }
    if (!get_code(t, re, pattern)) return false;
    re->match = pcre2_match_data_create_from_pattern(re->code, NULL);
    if (!re->match) {
        release_code(re);
        mdh_throw_oom(t, 64);
        return false;
    }
    re->ngroups = pcre2_get_ovector_count(re->match) - 1;
    return true;
}

void mdh_regex_close(MdhRegex *re)
{
    pcre2_match_data_free(re->match);
    pcre2_match_context_free(re->limits);
    release_code(re);
}

static int throw_match(MdhThread *t, int code)
{
    if (code == PCRE2_ERROR_NOMEMORY) {
        mdh_throw_oom(t, (uint64_t)HEAP_LIMIT_KB * 1024);
    } else if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT ||
               code == PCRE2_ERROR_HEAPLIMIT || code == PCRE2_ERROR_JIT_STACKLIMIT) {
        mdh_throw_native(
            t, "The regex is ower muckle work fer this text (match limit reached)");
    } else {
        mdh_throw_native(t, "The regex failed (%d)", (int64_t)code);
    }
    return -1;
}

// One call of the library. A match begins at or behind `from`, and where the limits say.
static int match_once(const MdhRegex *re, size_t from, pcre2_match_context *limits)
{
    PCRE2_SPTR text = (PCRE2_SPTR)(re->text.ptr ? re->text.ptr : "");
    uint32_t options = PCRE2_NO_UTF_CHECK;
    int rc = pcre2_match(re->code, text, re->text.len, from, options, re->match, limits);
    // The machine code has a small fixed stack; the interpreter takes its frames from the heap.
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(re->code, text, re->text.len, from, options | PCRE2_NO_JIT,
                         re->match, limits);
    return rc;
}

// The clock starts with the first look at it.
static bool is_late(MdhRegex *re, uint64_t now)
{
    if (!re->deadline_ns) re->deadline_ns = now + WALK_LIMIT_NS;
    return now > re->deadline_ns;
}

// Piece after piece. Each begins on a character.
static int match_pieces(MdhRegex *re, size_t from)
{
    size_t piece = PIECE;
    for (;;) {
        size_t last = re->text.len - from > piece ? from + piece : PCRE2_UNSET;
        pcre2_set_offset_limit(re->limits, last);
        uint64_t began = piece > PIECE ? os_mono_ns() : 0;
        int rc = match_once(re, from, re->limits);
        if (rc != PCRE2_ERROR_NOMATCH || last == PCRE2_UNSET) return rc;
        uint64_t now = os_mono_ns();
        if (is_late(re, now)) return PCRE2_ERROR_MATCHLIMIT;
        if (now - began < PIECE_QUICK_NS || piece == PIECE)
            piece *= piece < PIECE_MAX ? 2 : 1;
        else piece = PIECE;
        from = last + 1;
        while (from < re->text.len && ((unsigned char)re->text.ptr[from] & 0xC0) == 0x80)
            from++;
    }
}

// Looks for a match at or behind `from`. 1, 0 or -1 (threw).
static int search(MdhThread *t, MdhRegex *re, size_t from)
{
    int rc = PCRE2_ERROR_MATCHLIMIT;
    if (!re->limits && match_context && re->text.len - from > PIECE)
        re->limits = pcre2_match_context_copy(match_context);
    // Many short searches add up too.
    bool late = ++re->searches % PIECE == 0 && is_late(re, os_mono_ns());
    if (!late)
        rc = re->limits ? match_pieces(re, from) : match_once(re, from, match_context);
    if (rc == PCRE2_ERROR_NOMATCH) return 0;
    return rc < 0 ? throw_match(t, rc) : 1;
}

static size_t step_over(const MdhRegex *re, size_t at)
{
    return at < re->text.len ? at + utf8_len_of_lead((unsigned char)re->text.ptr[at])
                             : at + 1;
}

int mdh_regex_next(MdhThread *t, MdhRegex *re)
{
    while (re->next <= re->text.len) {
        int found = search(t, re, re->next);
        if (found <= 0) {
            re->next = re->text.len + 1;
            return found;
        }
        size_t from = mdh_regex_start(re), to = mdh_regex_end(re);
        bool behind_last = from == to && to == re->last_end;
        re->next = from == to ? step_over(re, to) : to;
        if (behind_last) continue;
        re->last_end = to;
        return 1;
    }
    return 0;
}

size_t mdh_regex_start(const MdhRegex *re)
{
    return pcre2_get_ovector_pointer(re->match)[0];
}

size_t mdh_regex_end(const MdhRegex *re)
{
    return pcre2_get_ovector_pointer(re->match)[1];
}

Slice mdh_regex_group(const MdhRegex *re, uint32_t group)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(re->match) + 2 * (size_t)group;
    if (group > re->ngroups || at[0] == PCRE2_UNSET || at[1] < at[0]) return SLICE_NONE;
    return (Slice){re->text.ptr + at[0], at[1] - at[0]};
}

int mdh_regex_group_index(const MdhRegex *re, Slice name)
{
    uint64_t number;
    char text[33]; // names have at most 32 characters
    if (num_parse_u64(name, 10, &number) == NUM_OK)
        return number <= re->ngroups ? (int)number : -1;
    if (name.len >= sizeof text) return -1;
    memcpy(text, name.ptr, name.len);
    text[name.len] = 0;
    int group = pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)text);
    return group > 0 ? group : -1;
}
