/* A chart of a result that is at hand: chosen by the shape of its rows, drawn, and put where --chart says. */
#include "app/app_chart.h"

enum { TEXT_COLUMNS_MAX = 120 };

static bool is_text(Str to) {
    return str_eq(to, S("text")) || str_eq(to, S("ascii"));
}

bool app_chart_is_alone(const OpArgs *args) {
    return str_eq(op_arg_text(args, "chart"), S("-"));
}

bool app_chart_is_asked(const OpArgs *args) {
    return op_arg_has(args, "chart");
}

static ErrCode write_name(Writer *w, const char *key, Str name, Err *err) {
    return writer_field(w, str_of(key), (Str){0}, name.n ? value_text(name) : value_null(TYPE(TYPE_TEXT)), err);
}

ErrCode app_chart_spec_write(Writer *w, const ChartSpec *spec, Err *err) {
    TRY(writer_object_begin(w, S("chart"), err));
    TRY(write_name(w, "kind", str_of(chart_kind_name(spec->kind)), err));
    TRY(write_name(w, "x", spec->x, err));
    TRY(writer_list_begin(w, S("y"), err));
    for (size_t i = 0; i < spec->n_y; i++) TRY(write_name(w, "", spec->y[i], err));
    TRY(writer_list_end(w, err));
    TRY(write_name(w, "series", spec->series, err));
    TRY(writer_field(w, S("stacked"), (Str){0}, value_bool(spec->is_stacked), err));
    return writer_object_end(w, err);
}

static ErrCode write_text(const Ctx *ctx, const AppSession *session, Str to, const ChartSpec *spec,
                          const ChartData *data, Writer *w, Err *err) {
    Buf buf CLEANUP(buf_release);
    Err own = {0};
    int width = session->output->width ? MIN_OF(session->output->width, TEXT_COLUMNS_MAX) : CHART_TEXT_COLUMNS;
    const ChartTextOptions options = {.width = width, .is_ascii = str_eq(to, S("ascii"))};
    buf_init(&buf, CHART_MAX_BYTES);
    TRY(writer_note(w, (Str){0}, err));
    if (chart_text(ctx->arena, spec, data, &options, &buf, &own)) return writer_note(w, str_of(own.message), err);
    return writer_note(w, buf_str(&buf), err);
}

static ErrCode write_svg(const Ctx *ctx, AppSession *session, Str to, const ChartSpec *spec, const ChartData *data,
                         Writer *w, Err *err) {
    Buf buf CLEANUP(buf_release);
    const ChartSvgOptions options = {0};
    buf_init(&buf, CHART_MAX_BYTES);
    TRY(chart_svg(ctx->arena, spec, data, &options, &buf, err));
    if (str_eq(to, S("-"))) {
        session->is_raw = true;
        return session->output->out.write(session->output->out.arg, buf_str(&buf), err);
    }
    TRY(file_write_atomic(arena_cstr(ctx->arena, to), buf_str(&buf), err));
    return writer_note(w, arena_printf(ctx->arena, "The chart is in %.*s.", STR_ARG(to)), err);
}

ErrCode app_chart_write(const Ctx *ctx, AppSession *session, const OpArgs *args, Str title, const ChartData *data,
                        Writer *w, Err *err) {
    Str to = op_arg_text(args, "chart");
    ChartSpec spec = chart_choose(ctx->arena, data, true);
    spec.title = title;
    return is_text(to) ? write_text(ctx, session, to, &spec, data, w, err)
                       : write_svg(ctx, session, to, &spec, data, w, err);
}
