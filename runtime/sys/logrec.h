// SPDX-License-Identifier: MIT
// Log records of the program: levels, filters, formats, sinks. The state is of the process and
// behind one mutex, which is never held while script runs.
#ifndef MDH_SYS_LOGREC_H
#define MDH_SYS_LOGREC_H

#include "base/buf.h"
#include "base/slice.h"
#include "runtime/core/thread.h"

typedef enum MdhLogLevel {
    MDH_LOG_WHEESHT,
    MDH_LOG_ROAR,
    MDH_LOG_HOLLER,
    MDH_LOG_BLETHER,
    MDH_LOG_MUTTER,
    MDH_LOG_WHISPER,
    MDH_LOG_LEVELS
} MdhLogLevel;

// Lower-case name of a level, static.
const char *mdh_log_level_name(int level);
// The level of a name in any case ("holler", also "warn"), or -1.
int mdh_log_level_parse(Slice name);

// The default level, and the level for one target (the longest matching target of the filter).
int mdh_log_level(void);
void mdh_log_set_level(int level);
bool mdh_log_enabled(int level, Slice target);

// "level" and "target=level" items, comma separated. False: *bad is the item's level text, and
// nothing has changed.
bool mdh_log_set_filter(Slice spec, Slice *bad);
// Appends the text last set.
void mdh_log_get_filter(Buf *out);

// Sinks and format, gathered by log_init and then installed as a whole.
enum { MDH_LOG_TEXT, MDH_LOG_JSON, MDH_LOG_COMPACT };
typedef enum MdhLogSinkKind {
    MDH_SINK_STDERR,
    MDH_SINK_STDOUT,
    MDH_SINK_FILE,
    MDH_SINK_MEMORY,
    MDH_SINK_CALLBACK
} MdhLogSinkKind;
#define MDH_LOG_MAX_SINKS 16

typedef struct MdhLogSink {
    MdhLogSinkKind kind;
    int fd;         // file
    int64_t max;    // memory: records kept
    MdhValue value; // memory: list of record dicts; callback: the function
} MdhLogSink;

typedef struct MdhLogConfig {
    int format;
    bool color, timestamps;
    uint32_t nsinks;
    MdhLogSink sinks[MDH_LOG_MAX_SINKS];
} MdhLogConfig;

// The start-up configuration: text, timestamps, standard error.
void mdh_log_default_config(MdhLogConfig *config);
void mdh_log_get_config(MdhLogConfig *config);
// Takes the sinks' descriptors over and closes those of the sinks that were there.
void mdh_log_set_config(const MdhLogConfig *config);
// Back to the start: default configuration, level and filter as MDH_LOG and MDH_LOG_LEVEL say.
// To be called before mdh_runtime_reset: sinks hold values.
void mdh_log_reset(void);

// One thing to be logged. Values are of the thread's; fields is a dict or ABSENT.
typedef struct MdhLogRecord {
    int level;
    MdhValue message; // a string
    Slice target;
    const char *file;
    uint32_t line;
    MdhValue fields;
    int64_t wall_ns;
} MdhLogRecord;

// Sends the record to every sink, whatever its level. False when it threw (a callback did, or
// memory is out).
bool mdh_log_emit(MdhThread *t, const MdhLogRecord *record);

// `log_X message[, extra[, extra]]`: v[0] is the message, then `nextras` extras. Naething or
// MDH_EXC.
MdhValue mdh_log_statement(MdhThread *t, int level, int nextras, const MdhValue *v,
                           const char *file, uint32_t line);

// The target of records that name none: the file without its folders.
Slice mdh_log_file_target(const char *file);

// The records that the memory sinks hold, oldest first, as a new list.
MdhValue mdh_log_memory(MdhThread *t);

// A thread's open spans, innermost last: t->log_spans is ABSENT or a list of span handles. A
// span is a native value whose data is a list: name, level name, fields, target.
enum { MDH_SPAN_NAME, MDH_SPAN_LEVEL, MDH_SPAN_FIELDS, MDH_SPAN_TARGET, MDH_SPAN_PARTS };
bool mdh_log_is_span(MdhValue v);
MdhValue mdh_log_span_new(MdhThread *t, const MdhValue parts[MDH_SPAN_PARTS]);
// Item of a span.
MdhValue mdh_log_span_part(MdhThread *t, MdhValue span, int part);

#endif
