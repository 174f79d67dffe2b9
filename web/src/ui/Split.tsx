import type { ReactNode } from "react";
import css from "./Split.module.css";

/** A chart with its table: beside it where the table has few columns and there is room for them, else below. */
export function Split({ chart, table, nColumns }: { chart: ReactNode; table: ReactNode; nColumns: number }) {
  if (!chart) return table;
  return (
    <div className={css.room}>
      <div className={css.split} data-columns={Math.min(nColumns, 4)}>
        <div className={css.chart}>{chart}</div>
        <div className={css.table}>{table}</div>
      </div>
    </div>
  );
}
