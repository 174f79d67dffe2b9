import { Button, Skeleton } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { explainQuery, fetchCsv, liveResultQuery, resultQuery } from "../api/queries";
import type { Column, Model, QueryResult, Scalar, SemanticQuery } from "../api/types";
import { Sql } from "../ask/Sql";
import { Chart, type Pick } from "../charts/Chart";
import { KindSwitch } from "../charts/KindSwitch";
import { type ChartKind, kindOfSpec, possibleKinds } from "../charts/kinds";
import { formatCount, formatDuration, formatPeriod, formatValue, memberOf, titleOf, toNumber } from "../format/format";
import { Coming } from "../table/Coming";
import { ResultTable } from "../table/ResultTable";
import { save, useCopy } from "../ui/files";
import { IconBulb, IconCheck, IconCode, IconCopy, IconDownload } from "../ui/icons";
import { Panel } from "../ui/Panel";
import { Split } from "../ui/Split";
import { StateCard, stateOfError } from "../ui/State";
import { DrillMenu } from "./DrillMenu";
import { asked, countOf, ROW_STEPS, tidy } from "./draft";
import css from "./ExplorePage.module.css";
import type { Members } from "./members";

interface ResultProps {
  project: string;
  model: Model;
  members: Members;
  draft: SemanticQuery;
  onDraft: (draft: SemanticQuery) => void;
}

function Explained({ project, query }: { project: string; query: SemanticQuery }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({ ...explainQuery(project, query), placeholderData: keepPreviousData });
  if (error && !data) return <StateCard {...stateOfError(error)} isSmall />;
  if (!data) return <Skeleton height={160} m={24} />;
  return (
    <Panel className={css.explained} label={t("explore.explain")}>
      <ol>
        {data.plan.map((step) => (
          <li key={step}>{step}</li>
        ))}
        {data.defaults.map((taken) => (
          <li key={taken}>{t("explore.default", { taken })}</li>
        ))}
      </ol>
      <p className="muted num">
        {t("explore.work", {
          scanned: formatCount(data.rows_scanned ?? 0),
          returned: formatCount(data.rows_returned),
          time: formatDuration(data.run_us),
        })}
      </p>
    </Panel>
  );
}

/** What the answer leaves out or takes for granted. */
function Account({ result }: { result: QueryResult }) {
  const { t } = useTranslation();
  const lines = [
    result.period && formatPeriod(result.period.text),
    ...result.left_out.map((l) => l.text),
    ...(result.truncated ? [t("ask.truncated", { n: formatCount(result.rows.length) })] : []),
  ].filter((line): line is string => Boolean(line));
  return <p className={css.account}>{lines.join(" · ")}</p>;
}

/** What there is beyond the rows that are shown, and a way to see more of it. */
function More({
  project,
  draft,
  n,
  onMore,
}: {
  project: string;
  draft: SemanticQuery;
  n: number;
  onMore?: () => void;
}) {
  const { t } = useTranslation();
  const count = useQuery(resultQuery(project, countOf(draft)));
  const all = toNumber(count.data?.rows[0]?.[0]);
  if (all !== null && all <= n) return null;
  return (
    <div className={css.more}>
      <span className="num">
        {all === null
          ? t("explore.first", { n: formatCount(n) })
          : t("explore.firstOf", { n: formatCount(n), left: formatCount(all - n) })}
      </span>
      {onMore && (
        <Button variant="default" size="xs" onClick={onMore}>
          {t("explore.showMore")}
        </Button>
      )}
    </div>
  );
}

interface ShownProps extends Omit<ResultProps, "project"> {
  result: QueryResult;
  /** In place of the account, while the rows are coming. */
  coming: ReactNode;
}

function Shown({ result, model, members, draft, onDraft, coming }: ShownProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<ChartKind | null>(null);
  const [pick, setPick] = useState<Pick | null>(null);
  const spec = result.isPart ? null : result.chart;
  const kinds = useMemo(() => (spec ? possibleKinds(result, spec) : []), [result, spec]);
  const kind = chosen && kinds.includes(chosen) ? chosen : kindOfSpec(spec);
  const title = result.columns.map(titleOf).join(", ");
  if (result.rows.length === 0) return <StateCard kind="noData" />;

  const pickCell = (column: Column, value: Scalar, element: HTMLElement) => {
    const box = element.getBoundingClientRect();
    setPick({
      values: [{ member: memberOf(column), value, label: formatValue(value, column) }],
      x: box.left,
      y: box.bottom,
    });
  };
  return (
    <>
      <header className={css.bar}>
        {coming ?? <Account result={result} />}
        <KindSwitch kinds={kinds} value={kind} onChange={setChosen} />
      </header>
      <Split
        nColumns={result.columns.length}
        chart={
          spec &&
          kind !== "kpi" &&
          kind !== "table" && <Chart table={result} spec={spec} kind={kind} title={title} onPick={setPick} />
        }
        table={
          <ResultTable
            table={result}
            totals={result.totals?.find((one) => one.kind === "all")}
            caption={t("explore.result")}
            pageSize={kind === "table" ? 25 : 10}
            onPick={pickCell}
          />
        }
      />
      <DrillMenu
        pick={pick}
        draft={draft}
        columns={result.columns}
        model={model}
        members={members}
        onDraft={onDraft}
        onClose={() => setPick(null)}
      />
    </>
  );
}

/** The draft's answer, live, and what can be taken away from it. */
export function Result({ project, model, members, draft, onDraft }: ResultProps) {
  const { t } = useTranslation();
  const [panel, setPanel] = useState<"explain" | "sql" | null>(null);
  const [csvError, setCsvError] = useState<Error | null>(null);
  const { isCopied, copy } = useCopy();
  const client = useQueryClient();
  const clean = tidy(draft);
  const text = JSON.stringify(clean);
  const [step, setStep] = useState({ text, at: 0 });
  const at = step.text === text ? step.at : 0; // another query begins anew
  const limit = ROW_STEPS[at] ?? ROW_STEPS[0];
  const query = asked(draft, limit);
  const live = liveResultQuery(project, query);
  const result = useQuery(live);
  const toggle = (one: "explain" | "sql") => setPanel((open) => (open === one ? null : one));

  if (!query) return <StateCard kind="empty" title={t("explore.empty.title")} text={t("explore.empty.text")} />;
  if (result.error) return <StateCard {...stateOfError(result.error)} onRetry={() => result.refetch()} />;
  if (!result.data)
    return (
      <div className={css.loading} aria-busy="true">
        <Skeleton height={320} />
        <Skeleton height={200} />
      </div>
    );
  const { sql, isPart } = result.data;
  const n = result.data.rows.length;
  const coming = isPart && !result.isPlaceholderData && (
    <Coming
      n={n}
      isStopped={!result.isFetching}
      onCancel={() => client.cancelQueries({ queryKey: live.queryKey })}
      onRetry={() => result.refetch()}
    />
  );
  const isCut = !isPart && !result.isPlaceholderData && !draft.limit && n === limit;
  return (
    <>
      <div className={css.live} data-stale={result.isPlaceholderData || undefined}>
        <Shown
          result={result.data}
          model={model}
          members={members}
          draft={draft}
          onDraft={onDraft}
          coming={coming || null}
        />
        {isCut && (
          <More
            project={project}
            draft={clean}
            n={n}
            onMore={at + 1 < ROW_STEPS.length ? () => setStep({ text, at: at + 1 }) : undefined}
          />
        )}
      </div>
      <footer className={css.actions}>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconBulb size={16} stroke={1.75} />}
          aria-expanded={panel === "explain"}
          onClick={() => toggle("explain")}
        >
          {t("explore.explain")}
        </Button>
        {sql && (
          <Button
            variant="subtle"
            color="gray"
            size="xs"
            leftSection={<IconCode size={16} stroke={1.75} />}
            aria-expanded={panel === "sql"}
            onClick={() => toggle("sql")}
          >
            {t("ask.sql")}
          </Button>
        )}
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={isCopied ? <IconCheck size={16} stroke={1.75} /> : <IconCopy size={16} stroke={1.75} />}
          onClick={() => copy(text)}
        >
          {isCopied ? t("ask.copied") : t("explore.copyQuery")}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconDownload size={16} stroke={1.75} />}
          onClick={() => fetchCsv(project, clean).then((file) => save(file, `${project}.csv`), setCsvError)}
        >
          {t("ask.csv")}
        </Button>
      </footer>
      {csvError && <StateCard {...stateOfError(csvError)} isSmall />}
      {panel === "explain" && <Explained project={project} query={clean} />}
      {panel === "sql" && sql && <Sql text={sql} />}
    </>
  );
}
