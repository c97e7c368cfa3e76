// SPDX-License-Identifier: MIT
// Diagnostics: a bounded list of what is wrong with a source text, and the renderer that
// shows each with its line and a caret. Messages are copied; file names and sources are
// borrowed until diag_deinit.

#ifndef MDH_BASE_DIAG_H
#define MDH_BASE_DIAG_H

#include <stdarg.h>

#include "base/buf.h"
#include "base/common.h"
#include "base/slice.h"

#define DIAG_MAX_DEFAULT 20  // errors kept; the rest are only counted
#define DIAG_WIDTH       120 // columns of an excerpt line at most

typedef enum { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE } DiagSeverity;

typedef struct {
    DiagSeverity severity;
    const char *code; // stable, static: "E0102"
    const char *file; // borrowed
    Slice source;     // borrowed, may be empty: no excerpt then
    uint32_t line;    // from 1
    uint32_t column;  // from 1, in code points
    uint32_t length;  // code points to underline, at least 1 shown
    char *message;    // owned
    char *hint;       // owned, may be NULL
} Diag;

typedef struct {
    Diag *items;
    uint32_t len;
    uint32_t cap;
    uint32_t max;        // kept at most
    uint32_t n_errors;   // seen, kept or not
    uint32_t n_warnings; // seen, kept or not
    bool out_of_memory;  // something could not be recorded; n_errors still counts it
} DiagList;

void diag_init(DiagList *list, uint32_t max); // max 0 means DIAG_MAX_DEFAULT
void diag_deinit(DiagList *list);             // a zeroed list is fine

// Where something is.
typedef struct {
    const char *file;
    Slice source;
    uint32_t line, column, length;
} DiagSpot;

// Records one; the message is formatted. Returns it so that diag_hint can add to it; NULL
// when it was not kept (too many, no memory), which diag_hint accepts.
Diag *diag_add(DiagList *list, DiagSeverity severity, const char *code, DiagSpot spot,
               const char *format, ...) MDH_PRINTF(5, 6);
Diag *diag_vadd(DiagList *list, DiagSeverity severity, const char *code, DiagSpot spot,
                const char *format, va_list args) MDH_PRINTF(5, 0);
void diag_hint(Diag *diag, const char *format, ...) MDH_PRINTF(2, 3);

// True when more errors than are kept have been seen: time for a parser to stop.
bool diag_full(const DiagList *list);

// Appends one diagnostic as text:
//     hello.braw:3:5: error E0102: message
//       3 |     ken = 4
//         |         ^^^
//       hint: …
// Colour adds terminal sequences. Any octets in the source are safe to show.
void diag_render(const Diag *diag, bool colour, Buf *out);

// All of them, in order, then a line saying how many more there were, if any.
void diag_render_all(const DiagList *list, bool colour, Buf *out);

// Line and column (from 1, code points) of an octet offset.
void diag_locate(Slice source, size_t offset, uint32_t *line, uint32_t *column);

#endif
