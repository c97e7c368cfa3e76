// SPDX-License-Identifier: MIT
// The modules of a program that is built: main and, from the fetches in each one's bytecode, all
// that may be loaded. Paths are looked up as drv_fetch does, from the same folders; what is not
// there, or does not compile, throws when the built program fetches it, as it would when run.
//
// Bundled modules that were compiled with mdhavers are only named: the linker takes them, and what
// they fetch, out of the archive. One whose source has changed since is compiled anew.
#include <string.h>

#include "abi/abi.h"
#include "base/os.h"
#include "base/siphash.h"
#include "lang/driver/native_priv.h"

#define MAX_PATH_LEN 4096
#define MAX_SOURCE ((size_t)64 << 20)
#define MAX_LIST ((size_t)16 << 20)

extern const char mdh_prelude_source[];
extern const size_t mdh_prelude_len;

uint64_t native_hash(Slice text)
{
    static const uint64_t key[2] = {UINT64_C(0x6d64686176657273), 1};
    return siphash13(key, text.ptr, text.len);
}

bool native_lib_path(const char *name, Buf *out)
{
    if (os_executable_dir(out) != MDH_OK) return false;
    buf_printf(out, "/../lib/mdhavers/%s", name);
    return buf_ok(out);
}

static void mix_key(NativeProgram *p, Slice text)
{
    uint64_t words[3] = {p->key[0], p->key[1], native_hash(text)};
    static const uint64_t keys[2][2] = {{2, 3}, {4, 5}};
    for (int i = 0; i < 2; i++) p->key[i] = siphash13(keys[i], words, sizeof words);
}

// ---- symbols --------------------------------------------------------------------------------

// The path below the stdlib's folder, or NULL.
static const char *bundled_name(const char *path)
{
    const char *lib = drv_stdlib_dir();
    size_t n = strlen(lib);
    return n && strncmp(path, lib, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

static const char *symbol_for(NativeProgram *p, const char *path)
{
    const char *name = bundled_name(path);
    Buf b;
    buf_init(&b, 2 * MAX_PATH_LEN);
    if (name) {
        buf_puts(&b, "mdh_module_");
        for (; *name; name++) {
            bool plain = (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9');
            if (plain) buf_putc(&b, *name);
            else buf_printf(&b, "_%02x", (unsigned char)*name);
        }
    } else {
        buf_printf(&b, "mdh_user_module_%u", p->modules.len);
    }
    const char *symbol = buf_ok(&b) ? arena_strndup(p->arena, b.data, b.len) : NULL;
    buf_deinit(&b);
    return symbol;
}

// Lines of stdlib.list: symbol, hash of the source.
static void read_compiled(NativeProgram *p)
{
    Buf path, text;
    buf_init(&path, MAX_PATH_LEN);
    buf_init(&text, MAX_LIST);
    if (native_lib_path("stdlib.list", &path) &&
        os_read_file(path.data, MAX_LIST, &text, NULL) == MDH_OK) {
        Slice rest = arena_slice_dup(p->arena, buf_view(&text));
        for (size_t n; (n = slice_find_char(rest, '\n')) != SLICE_NOT_FOUND;
             rest = slice_from(rest, n + 1))
            if (!map_put(&p->compiled, slice_sub(rest, 0, n), 1)) p->no_memory = true;
    }
    buf_deinit(&text);
    buf_deinit(&path);
}

static bool is_compiled(const NativeProgram *p, const NativeModule *m)
{
    Buf line;
    buf_init(&line, 2 * MAX_PATH_LEN);
    buf_printf(&line, "%s %016llx", m->symbol, (unsigned long long)native_hash(m->source));
    bool found = buf_ok(&line) && map_get(&p->compiled, buf_view(&line), NULL);
    buf_deinit(&line);
    return found;
}

// ---- names ----------------------------------------------------------------------------------

static bool is_constant(Slice name)
{
    static const char *const constants[] = {
#define C(name, value) #name,
#include "abi/constants.def"
#undef C
    };
    for (size_t i = 0; i < countof(constants); i++)
        if (slice_eq_cstr(name, constants[i])) return true;
    return false;
}

// A name of the prelude anywhere may be looked for there when the program runs.
static void note_names(NativeProgram *p, const NativeModule *m)
{
    for (uint32_t i = 0; i < m->bc->globals.len; i++) {
        Slice name = m->bc->globals.items[i].name;
        bool own = i < m->bc->n_own, in_prelude = map_get(&p->prelude_names, name, NULL);
        p->needs_prelude |= in_prelude;
        bool is_program = own || (!in_prelude && !is_constant(name));
        if (m->world == VM_WORLD_MAIN && is_program && !map_put(&p->program_names, name, 1))
            p->no_memory = true;
    }
}

static BcModule *compile_prelude(DiagList *diags)
{
    Slice source = {mdh_prelude_source, mdh_prelude_len};
    return drv_compile(source, "<prelude>", "", VM_WORLD_BUNDLED, diags);
}

static void read_prelude_names(NativeProgram *p)
{
    DiagList diags;
    diag_init(&diags, 0);
    BcModule *bc = compile_prelude(&diags);
    for (uint32_t i = 0; bc && i < bc->n_own; i++) {
        Slice name = arena_slice_dup(p->arena, bc->globals.items[i].name);
        if (!name.ptr || !map_put(&p->prelude_names, name, 1)) p->no_memory = true;
    }
    bc_module_free(bc);
    diag_deinit(&diags);
}

// ---- modules --------------------------------------------------------------------------------

static NativeModule *find_module(NativeProgram *p, const char *path)
{
    for (uint32_t i = 0; i < p->modules.len; i++)
        if (strcmp(p->modules.items[i]->path, path) == 0) return p->modules.items[i];
    return NULL;
}

static bool read_source(NativeProgram *p, NativeModule *m)
{
    Buf text;
    buf_init(&text, MAX_SOURCE);
    bool read = os_read_file(m->path, MAX_SOURCE, &text, NULL) == MDH_OK;
    if (read) m->source = arena_slice_dup(p->arena, buf_view(&text));
    buf_deinit(&text);
    if (read) mix_key(p, m->source);
    return read;
}

static const char *dir_part(NativeProgram *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    return arena_strndup(p->arena, path, slash && slash != path ? (size_t)(slash - path) : 1);
}

static NativeModule *new_module(NativeProgram *p, const char *path, VmWorld world)
{
    NativeModule *m = ARENA_NEW(p->arena, NativeModule);
    if (!m) return NULL;
    m->path = arena_strndup(p->arena, path, strlen(path));
    m->symbol = symbol_for(p, path);
    m->dir = dir_part(p, path);
    m->world = world;
    m->file = world == VM_WORLD_BUNDLED && bundled_name(path) ? bundled_name(m->path) : m->path;
    bool whole = m->path && m->symbol && m->dir;
    return whole && vec_push(&p->modules, m) ? m : NULL;
}

static void note_error(NativeProgram *p, NativeModule *m, const DiagList *diags)
{
    const char *text = diags->len ? diags->items[0].message : "it cannae be compiled";
    m->error = arena_strndup(p->arena, text, strlen(text));
}

static void compile(NativeProgram *p, NativeModule *m)
{
    DiagList diags;
    diag_init(&diags, 0);
    m->bc = drv_compile_in(m->source, m->path, m->dir, m->world, &p->program_names, &diags);
    if (m->bc) note_names(p, m);
    else note_error(p, m, &diags);
    diag_deinit(&diags);
}

// The module that a fetch names; NULL: there is none.
static NativeModule *module_for(NativeProgram *p, const NativeModule *importer, Slice path)
{
    Buf found;
    bool bundled = false;
    NativeModule *m = NULL;
    buf_init(&found, MAX_PATH_LEN);
    if (drv_find_module(importer->dir, path, &found, &bundled)) {
        m = find_module(p, found.data);
        if (!m) {
            m = new_module(p, found.data, bundled ? VM_WORLD_BUNDLED : VM_WORLD_USER);
            if (!m) p->no_memory = true;
            else if (!read_source(p, m)) m->error = "it cannae be read";
            else if (!p->only_first && !is_compiled(p, m)) compile(p, m);
            p->needs_prelude |= bundled;
        }
    }
    buf_deinit(&found);
    return m;
}

static bool add_fetch(NativeProgram *p, NativeModule *m, Slice path)
{
    for (uint32_t i = 0; i < m->fetches.len; i++)
        if (slice_eq(m->fetches.items[i].path, path)) return true;
    NativeModule *target = module_for(p, m, path);
    AotFetch f = {path, NULL, NULL};
    if (target && target->error) f.error = target->error;
    else if (target) f.symbol = target->symbol;
    mix_key(p, path);
    return vec_push(&m->fetches, f);
}

static bool shows_frames(const uint32_t *op)
{
    return (BC_OP(*op) == OP_CALLB || BC_OP(*op) == OP_LOADB) && op[1] == MDH_B_ID_stacktrace;
}

static bool scan_fetches(NativeProgram *p, NativeModule *m, const BcProto *proto)
{
    const uint32_t *code = proto->code.items;
    for (uint32_t i = 0; i < proto->code.len; i += bc_op_length(proto, code + i)) {
        if (BC_OP(code[i]) == OP_FETCH &&
            !add_fetch(p, m, proto->consts.items[BC_BX(code[i])].s))
            return false;
        p->shows_frames |= shows_frames(code + i);
    }
    for (uint32_t i = 0; i < proto->protos.len; i++)
        if (!scan_fetches(p, m, proto->protos.items[i])) return false;
    return true;
}

// Modules are found while the list is walked.
static void gather_fetches(NativeProgram *p)
{
    for (uint32_t i = 0; i < p->modules.len && !p->no_memory; i++) {
        NativeModule *m = p->modules.items[i];
        if (m->bc && !scan_fetches(p, m, m->bc->main)) p->no_memory = true;
    }
}

static void add_prelude(NativeProgram *p)
{
    DiagList diags;
    diag_init(&diags, 0);
    NativeModule *m = new_module(p, "<prelude>", VM_WORLD_BUNDLED);
    if (m) {
        m->symbol = NATIVE_PRELUDE;
        m->source = (Slice){mdh_prelude_source, mdh_prelude_len};
        m->bc = compile_prelude(&diags);
    }
    if (!m || !m->bc) p->no_memory = true;
    diag_deinit(&diags);
}

// Those that were only named, since the archive's have no frames.
static void compile_named(NativeProgram *p)
{
    uint32_t scanned = p->modules.len;
    for (uint32_t i = 0; i < p->modules.len && !p->no_memory; i++) {
        NativeModule *m = p->modules.items[i];
        bool named = !m->bc && !m->error;
        if (named) compile(p, m);
        if (m->bc && (named || i >= scanned) && !scan_fetches(p, m, m->bc->main))
            p->no_memory = true;
    }
    if (p->needs_prelude && !p->no_memory) add_prelude(p);
}

static bool gather_rest(NativeProgram *p)
{
    gather_fetches(p);
    if (p->shows_frames && !p->only_first) compile_named(p);
    return !p->no_memory;
}

static bool begin(NativeProgram *p)
{
    *p = (NativeProgram){.arena = arena_new()};
    if (!p->arena) return false;
    read_prelude_names(p);
    return true;
}

static bool finish(NativeProgram *p)
{
    if (p->arena && gather_rest(p) && !arena_failed(p->arena)) return true;
    report_no_memory();
    return false;
}

static bool compile_main(MdhThread *t, NativeProgram *p, NativeModule *m)
{
    DiagList diags;
    diag_init(&diags, 0);
    m->bc = drv_compile(m->source, m->path, m->dir, m->world, &diags);
    if (m->bc) note_names(p, m);
    else if (!drv_report_diags(t, &diags)) report_no_memory();
    diag_deinit(&diags);
    return m->bc != NULL;
}

bool native_gather(MdhThread *t, const char *path, NativeProgram *p)
{
    Buf source;
    bool fine = begin(p);
    buf_init(&source, MAX_SOURCE);
    fine = fine && drv_read_source(path, &source);
    NativeModule *m = fine ? new_module(p, path, VM_WORLD_MAIN) : NULL;
    if (m) {
        read_compiled(p);
        m->source = arena_slice_dup(p->arena, buf_view(&source));
        m->dir = drv_dir_of(path);
        mix_key(p, slice_from_cstr(path));
        mix_key(p, m->source);
    }
    buf_deinit(&source);
    return m && m->dir && compile_main(t, p, m) && finish(p);
}

bool native_gather_bundled(MdhThread *t, const char *path, NativeProgram *p)
{
    if (!begin(p)) return false;
    NativeModule *m = new_module(p, path ? path : "<prelude>", VM_WORLD_BUNDLED);
    if (!m) return false;
    if (path) {
        if (!read_source(p, m)) return false;
    } else {
        m->symbol = NATIVE_PRELUDE;
        m->source = (Slice){mdh_prelude_source, mdh_prelude_len};
        m->dir = "";
        mix_key(p, m->source);
    }
    p->only_first = true; // of the others, only the symbols matter
    return compile_main(t, p, m) && finish(p);
}

void native_release(NativeProgram *p)
{
    for (uint32_t i = 0; i < p->modules.len; i++) {
        vec_free(&p->modules.items[i]->fetches);
        bc_module_free(p->modules.items[i]->bc);
    }
    vec_free(&p->modules);
    map_deinit(&p->program_names);
    map_deinit(&p->prelude_names);
    map_deinit(&p->compiled);
    arena_free(p->arena);
}
