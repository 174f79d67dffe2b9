#include "chart/chart_internal.h"
ErrCode chart_text(Arena *arena, const ChartSpec *spec, const ChartData *data,
                             const ChartTextOptions *options, Buf *buf, Err *err) {
    (void)arena; (void)spec; (void)data; (void)options; (void)buf;
    return err_set(err, ERR_UNSUPPORTED, "todo");
}
