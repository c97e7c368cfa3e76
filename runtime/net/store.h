// SPDX-License-Identifier: MIT
// A store of a few equal blocks of memory for receiving into: taken for one call, given back, so
// that neither sockets nor threads keep large buffers. Thread-safe.
#ifndef MDH_NET_STORE_H
#define MDH_NET_STORE_H

#include <pthread.h>

#include "runtime/mem/gc.h"

#define NET_STORE_MAX 8 // blocks kept

typedef struct NetStore {
    pthread_mutex_t lock;
    unsigned n;
    void *blocks[NET_STORE_MAX];
} NetStore;

#define NET_STORE_INIT                                                                     \
    {                                                                                      \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                  \
    }

// A block of `size` octets, the same size in each call. NULL: no memory.
static inline void *net_store_take(NetStore *store, size_t size)
{
    pthread_mutex_lock(&store->lock);
    void *block = store->n ? store->blocks[--store->n] : NULL;
    pthread_mutex_unlock(&store->lock);
    return block ? block : mdh_raw_realloc(NULL, size);
}

static inline void net_store_give(NetStore *store, void *block)
{
    pthread_mutex_lock(&store->lock);
    bool kept = store->n < NET_STORE_MAX;
    if (kept) store->blocks[store->n++] = block;
    pthread_mutex_unlock(&store->lock);
    if (!kept) mdh_raw_free(block);
}

#endif
