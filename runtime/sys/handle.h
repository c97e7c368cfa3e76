// SPDX-License-Identifier: MIT
// Handles: values of kind `native` that stand for a thing of the operating system or of the
// runtime (socket, event loop, thread, channel). The thing itself lies outside the collected
// heap; the value carries its place in a table and the generation of that place, so that a
// closed handle is recognised for ever and never means a thing that came later.
//
// A thing in use is pinned: closing a handle makes it unknown at once, the thing is released
// when the last pin goes. A handle that nobody can reach any more is closed by its finaliser,
// with a line in the log. Thread-safe.
#ifndef MDH_SYS_HANDLE_H
#define MDH_SYS_HANDLE_H

#include "runtime/core/thread.h"
#include "runtime/data/object.h"

typedef struct MdhHandleType {
    MdhNativeType native;      // kind, properties; `finalise` is the table's own
    void (*release)(void *thing); // frees the thing; called once
    bool quiet;                // a leak is nothing to log (locks, atomics)
} MdhHandleType;

// A new handle that owns `thing`. MDH_EXC when it threw; then the thing is released.
MdhValue mdh_handle_open_own(MdhThread *t, const MdhHandleType *type, void *thing);
// The same; the handle keeps `kept` alive, an object of the heap that the thing points at. So what
// the thing holds of the heap dies with the handle, even when it leads back to the handle.
MdhValue mdh_handle_open_keeping_own(MdhThread *t, const MdhHandleType *type, void *thing,
                                     void *kept);
// The thing of a live handle of that type, pinned; NULL when it threw "Unknown <kind> handle".
// Every pin is followed by one mdh_handle_unpin.
void *mdh_handle_pin(MdhThread *t, MdhValue v, const MdhHandleType *type);
void mdh_handle_unpin(MdhValue v);
// Makes the handle unknown. False when it threw because it was unknown already.
bool mdh_handle_close(MdhThread *t, MdhValue v, const MdhHandleType *type);
// Is it a live handle of that type?
bool mdh_handle_is(MdhValue v, const MdhHandleType *type);
// How many handles are open, for tests and leak checks.
uint32_t mdh_handle_count(void);

#endif
