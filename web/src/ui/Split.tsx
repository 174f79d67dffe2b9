import type { ReactNode } from "react";
import css from "./Split.module.css";

/** A chart with its table: beside it where the table is narrow and there is room, else below. */
export function Split({ chart, table, isNarrow }: { chart: ReactNode; table: ReactNode; isNarrow: boolean }) {
  if (!chart) return table;
  return (
    <div className={css.room}>
      <div className={css.split} data-narrow={isNarrow || undefined}>
        <div className={css.chart}>{chart}</div>
        <div className={css.table}>{table}</div>
      </div>
    </div>
  );
}
