/* An answer: the sentence, how it was read, the chart, the table, and on demand the SQL and the reading in detail. */
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChartSpec, Column, Period, SemanticQuery, Table } from "../api/types";
import { useGo } from "../app/project";
import { Chart, type Pick } from "../charts/Chart";
import { KindSwitch } from "../charts/KindSwitch";
import { type ChartKind, kindOfSpec, possibleKinds } from "../charts/kinds";
import { narrowed } from "../explore/drill";
import { formatPeriod, formatValue, titleOf } from "../format/format";
import { ResultTable } from "../table/ResultTable";
import { Split } from "../ui/Split";
import { StateCard } from "../ui/State";
import { Actions } from "./Actions";
import css from "./ResultView.module.css";

export interface Shown {
  reading: string;
  sentence?: string;
  table: Table;
  chart: ChartSpec | null;
  query: SemanticQuery | null;
  sql: string | null;
  notes: string[];
  period?: Period;
}

/** Figures without groups, large. */
function Figures({ table }: { table: Table }) {
  const row = table.rows[0] ?? [];
  return (
    <dl className={css.figures}>
      {table.columns.map((column: Column, at) => (
        <div key={column.name}>
          <dt>{titleOf(column)}</dt>
          <dd>{formatValue(row[at], column)}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ResultViewProps {
  project: string;
  questions: string[];
  shown: Shown;
  /** What is said of rows that are still coming, in place of what can be done with the answer. */
  children?: ReactNode;
}

export function ResultView({ project, questions, shown, children }: ResultViewProps) {
  const { t } = useTranslation();
  const go = useGo();
  const { table, query } = shown;
  const spec = shown.chart;
  const kinds = useMemo(() => (spec ? possibleKinds(table, spec) : []), [table, spec]);
  const [chosen, setChosen] = useState<ChartKind | null>(null);
  const kind = chosen ?? kindOfSpec(spec);
  const isEmpty = table.rows.length === 0;
  const isFigure = !isEmpty && kindOfSpec(spec) === "kpi" && table.rows.length === 1;

  const drill = ({ values }: Pick) => {
    if (query) go("/explore", { query: JSON.stringify(narrowed(query, table.columns, values)) });
  };

  return (
    <div className={css.view}>
      {shown.sentence && <p className={css.sentence}>{shown.sentence}</p>}
      <p className={css.readAs}>
        {t("ask.readAs")} <strong>{shown.reading}</strong>
        {shown.period && <span> · {formatPeriod(shown.period.text)}</span>}
      </p>
      <section className="card" aria-label={shown.reading}>
        {kinds.length > 1 && (
          <header className={css.bar}>
            <KindSwitch kinds={kinds} value={kind} onChange={setChosen} />
          </header>
        )}
        {isEmpty && <StateCard kind="noData" />}
        {isFigure && <Figures table={table} />}
        {!isEmpty && !isFigure && (
          <Split
            nColumns={table.columns.length}
            chart={
              spec &&
              kind !== "table" && (
                <Chart table={table} spec={spec} kind={kind} title={shown.reading} onPick={query ? drill : undefined} />
              )
            }
            table={<ResultTable table={table} caption={shown.reading} pageSize={kind === "table" ? 25 : 10} />}
          />
        )}
        {table.truncated && <p className={css.note}>{t("ask.truncated", { n: table.rows.length })}</p>}
        {shown.notes.map((note) => (
          <p key={note} className={css.note}>
            {note}
          </p>
        ))}
        {children ?? <Actions project={project} questions={questions} shown={shown} />}
      </section>
    </div>
  );
}
