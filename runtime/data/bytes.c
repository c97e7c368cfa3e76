// SPDX-License-Identifier: MIT
// Bytes. A reader loads the window once and then has data, length and owner that belong
// together; the window never changes. Writers of octets store in place under the byte lock;
// what changes length or place makes a new window and publishes it.
//
// Who may write where. An owner's octets belong to one bytes object and its views, until a
// slice is taken: slices share the owner and set OWNER_SHARED for good, and from then on a
// write copies the window's own octets to a new owner first (un-sharing), so that a slice
// behaves like a copy. Views are the opposite: they mean to see each other's writes, so an owner
// with views (OWNER_VIEWED) is never shared with a slice, which copies instead, and the window
// of a view is never un-shared. An append or resize beyond the room moves the octets, and the
// views stay with the old ones.
//
// The flag is set under the byte lock of the object that is sliced, and a write tests it under
// the same lock: a write that begins after the slice was made copies. An owner with several
// holders has the flag set before the second of them exists.
//
// The first window lies in the object itself, which saves an allocation for each object.
#include "runtime/core/throw.h"
#include "runtime/data/bytes.h"

enum { OWNER_SHARED = 1, OWNER_VIEWED = 2 };
enum { WINDOW_IS_VIEW = 1 };

#define COPY_LIMIT                                                                         \
    512 // octets: slices up to this are copied, which leaves the owner unshared
#define MIN_CAP 16

typedef struct NewBytes {
    MdhBytes b;
    MdhWindow first;
} NewBytes;

static unsigned owner_flags(const MdhOctets *o)
{
    return __atomic_load_n(&o->h.flags, __ATOMIC_RELAXED);
}

static void set_owner_flag(MdhOctets *o, uint16_t flag)
{
    __atomic_fetch_or(&o->h.flags, flag, __ATOMIC_RELAXED);
}

static MdhOctets *new_owner(MdhThread *t, uint64_t cap)
{
    if (cap < MIN_CAP) cap = MIN_CAP;
    MdhOctets *o = cap <= MDH_MAX_OBJECT_BYTES ? mdh_new_atomic(t, sizeof *o + cap) : NULL;
    if (!o) {
        mdh_throw_oom(t, cap);
        return NULL;
    }
    o->h = (MdhObj){MDH_TAG_BUFFER, 0, 0, 0};
    o->cap = (uint32_t)cap;
    o->pad = 0;
    return o;
}

static void fill_window(MdhWindow *w, MdhOctets *owner, uint8_t *data, uint64_t len,
                        uint16_t flags)
{
    w->h = (MdhObj){MDH_TAG_BUFFER, 0, flags, 0};
    w->data = data;
    w->len = len;
    w->owner = owner;
}

static MdhWindow *new_window(MdhThread *t, MdhOctets *owner, uint8_t *data, uint64_t len)
{
    MdhWindow *w = mdh_new(t, sizeof *w);
    if (!w) {
        mdh_throw_oom(t, sizeof *w);
        return NULL;
    }
    fill_window(w, owner, data, len, 0);
    return w;
}

static MdhValue new_bytes(MdhThread *t, MdhOctets *owner, uint8_t *data, uint64_t len,
                          uint16_t flags)
{
    if (!owner) return MDH_EXC;
    NewBytes *n = mdh_new(t, sizeof *n);
    if (!n) return mdh_throw_oom(t, sizeof *n);
    n->b.h = (MdhObj){MDH_TAG_BYTES, 0, 0, 0};
    n->b.win = &n->first;
    fill_window(&n->first, owner, data, len, flags);
    return mdh_from_ptr(n);
}

MdhValue mdh_bytes_new(MdhThread *t, uint64_t n)
{
    MdhOctets *o = new_owner(t, n);
    if (!o) return MDH_EXC;
    memset(o->data, 0, n);
    return new_bytes(t, o, o->data, n, 0);
}

MdhValue mdh_bytes_from(MdhThread *t, const void *p, uint64_t n)
{
    MdhOctets *o = new_owner(t, n);
    if (!o) return MDH_EXC;
    if (n) memcpy(o->data, p, n);
    return new_bytes(t, o, o->data, n, 0);
}

// Slices and views ---------------------------------------------------------------------------

static MdhWindow clipped(const MdhWindow *w, uint64_t from, uint64_t to)
{
    MdhWindow part = *w;
    if (to > w->len) to = w->len;
    if (from > to) from = to;
    part.data = w->data + from;
    part.len = to - from;
    return part;
}

MdhValue mdh_bytes_sub(MdhThread *t, MdhValue b, uint64_t from, uint64_t to)
{
    MdhBytes *bytes = mdh_bytes(b);
    mdh_lock(&bytes->h);
    MdhWindow part = clipped(bytes->win, from, to);
    bool share = part.len > COPY_LIMIT && part.len >= part.owner->cap / 16 &&
                 !(owner_flags(part.owner) & OWNER_VIEWED);
    if (share) set_owner_flag(part.owner, OWNER_SHARED);
    mdh_unlock(&bytes->h);
    if (!share) return mdh_bytes_from(t, part.data, part.len);
    return new_bytes(t, part.owner, part.data, part.len, 0);
}

// Octets that the window may grow to where it lies. A view, or an octet run that others look
// at, never grows in place.
static uint64_t room_of(const MdhWindow *w)
{
    if ((w->h.flags & WINDOW_IS_VIEW) || (owner_flags(w->owner) & OWNER_SHARED)) return 0;
    return w->owner->cap - (uint64_t)(w->data - w->owner->data);
}

// A window of n >= w->len octets that begins with those of w, in place when there is room, else
// in a new owner of `cap`. The caller fills the rest before it publishes the window, so that no
// reader meets a gap. NULL: threw.
static MdhWindow *longer(MdhThread *t, const MdhWindow *w, uint64_t n, uint64_t cap)
{
    if (n <= room_of(w)) return new_window(t, w->owner, w->data, n);
    MdhOctets *o = new_owner(t, cap);
    MdhWindow *win = o ? new_window(t, o, o->data, n) : NULL;
    if (win && w->len) memcpy(o->data, w->data, w->len);
    return win;
}

// Gives the object octets of its own. NULL: threw. The lock is held.
static MdhWindow *unshare_nolock(MdhThread *t, MdhBytes *bytes)
{
    MdhWindow *own = longer(t, bytes->win, bytes->win->len, bytes->win->len);
    if (own) MDH_PTR_PUBLISH(&bytes->win, own);
    return own;
}

static bool must_copy(const MdhWindow *w)
{
    return (owner_flags(w->owner) & OWNER_SHARED) && !(w->h.flags & WINDOW_IS_VIEW);
}

MdhValue mdh_bytes_view(MdhThread *t, MdhValue b, uint64_t from, uint64_t to)
{
    MdhBytes *bytes = mdh_bytes(b);
    mdh_lock(&bytes->h);
    MdhWindow *w = bytes->win;
    if (must_copy(w)) w = unshare_nolock(t, bytes);
    MdhWindow part;
    if (w) {
        set_owner_flag(w->owner, OWNER_VIEWED);
        part = clipped(w, from, to);
    }
    mdh_unlock(&bytes->h);
    if (!w) return MDH_EXC;
    return new_bytes(t, part.owner, part.data, part.len, WINDOW_IS_VIEW);
}

// Writing ------------------------------------------------------------------------------------

MdhWindow *mdh_bytes_write_begin(MdhThread *t, MdhValue b)
{
    MdhBytes *bytes = mdh_bytes(b);
    mdh_lock(&bytes->h);
    MdhWindow *w = bytes->win;
    if (MDH_UNLIKELY(must_copy(w))) w = unshare_nolock(t, bytes);
    if (MDH_UNLIKELY(!w)) mdh_unlock(&bytes->h);
    return w;
}

MdhWindow *mdh_bytes_unshare(MdhThread *t, MdhValue b)
{
    MdhWindow *w = mdh_bytes_write_begin(t, b);
    if (w) mdh_bytes_write_end(b);
    return w;
}

static bool append_nolock(MdhThread *t, MdhBytes *bytes, const void *p, uint64_t n)
{
    const MdhWindow *w = bytes->win;
    uint64_t len = w->len, cap = len + len / 2;
    if (n > MDH_MAX_OBJECT_BYTES - len) {
        mdh_throw_oom(t, len + n);
        return false;
    }
    if (cap > MDH_MAX_OBJECT_BYTES) cap = MDH_MAX_OBJECT_BYTES;
    MdhWindow *win = longer(t, w, len + n, cap > len + n ? cap : len + n);
    if (!win) return false;
    memmove(win->data + len, p, n); // p may lie in the same octets
    MDH_PTR_PUBLISH(&bytes->win, win);
    return true;
}

bool mdh_bytes_append(MdhThread *t, MdhValue b, const void *p, uint64_t n)
{
    if (n == 0) return true;
    MdhBytes *bytes = mdh_bytes(b);
    mdh_lock(&bytes->h);
    bool fine = append_nolock(t, bytes, p, n);
    mdh_unlock(&bytes->h);
    return fine;
}

static MdhWindow *shorter(MdhThread *t, const MdhWindow *w, uint64_t n)
{
    MdhWindow *win = new_window(t, w->owner, w->data, n);
    if (win) win->h.flags = w->h.flags;
    return win;
}

// New octets are zero.
static bool resize_nolock(MdhThread *t, MdhBytes *bytes, uint64_t n)
{
    const MdhWindow *w = bytes->win;
    if (n == w->len) return true;
    MdhWindow *win = n < w->len ? shorter(t, w, n) : longer(t, w, n, n);
    if (!win) return false;
    if (n > w->len) memset(win->data + w->len, 0, n - w->len);
    MDH_PTR_PUBLISH(&bytes->win, win);
    return true;
}

bool mdh_bytes_resize(MdhThread *t, MdhValue b, uint64_t n)
{
    MdhBytes *bytes = mdh_bytes(b);
    if (n > MDH_MAX_OBJECT_BYTES) {
        mdh_throw_oom(t, n);
        return false;
    }
    mdh_lock(&bytes->h);
    bool fine = resize_nolock(t, bytes, n);
    mdh_unlock(&bytes->h);
    return fine;
}

bool mdh_bytes_equal(MdhValue a, MdhValue b)
{
    return slice_eq(mdh_bytes_slice_of(a), mdh_bytes_slice_of(b));
}
