/* starling version */
#include "app/app_internal.h"

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)ctx, (void)session, (void)args;
    TRY(writer_field(w, S("version"), S("Starling"), value_text(str_of(starling_version())), err));
    TRY(writer_field(w, S("duckdb"), S("DuckDB"), value_text(str_of(engine_version(&ENGINE_DUCKDB))), err));
    return writer_field(w, S("sqlite"), S("SQLite"), value_text(str_of(engine_version(&ENGINE_SQLITE))), err);
}

const Op APP_OP_VERSION = {
    .name = "version",
    .summary = "Show the version of this program and its engines",
    .permission = PERMISSION_NONE,
    .home = OP_HOME_NONE,
    .answer = "{version:text,duckdb:text,sqlite:text}",
    .run = run,
};
