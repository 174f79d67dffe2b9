#pragma once
/* --chart: a result's picture, in a file, on the output in place of the document, or as characters below it. */
#include "app/app_internal.h"
#include "ask/ask.h"

#define APP_CHART_ARG                                                                                          \
    {                                                                                                          \
        .name = "chart", .type = OP_ARG_CHART,                                                                 \
        .help = "draw it as well: into FILE.svg, as SVG in place of the result (-), or in characters below it" \
    }

/* The picture is all that is put out. */
bool app_chart_is_alone(const OpArgs *args);
/* Rows are wanted for it. */
bool app_chart_is_asked(const OpArgs *args);
/* "chart": which picture suits the rows. */
NODISCARD ErrCode app_chart_spec_write(Writer *w, const ChartSpec *spec, Err *err);
/* After the rows were written, on a writer that is still open. What cannot be drawn is an error, of characters a note. */
NODISCARD ErrCode app_chart_write(const Ctx *ctx, AppSession *session, const OpArgs *args, Str title,
                                  const ChartData *data, Writer *w, Err *err);
