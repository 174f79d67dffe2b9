/* Where the project's data comes from, how fresh each source is, what the last runs did, and a way to bring it in step now. */
import { Button, Progress, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { runsQuery, statusQuery } from "../api/queries";
import type { ProjectStatus, Scalar, Table } from "../api/types";
import { formatAgo, formatCount, formatDuration } from "../format/format";
import { IconAlert, IconCheck, IconRefresh } from "../ui/icons";
import { useNow } from "../ui/now";
import { StateCard, stateOfError } from "../ui/State";
import css from "./Card.module.css";
import { useSync } from "./sync";

/** A list's rows as objects by column name. */
function records(table: Table | undefined): Record<string, Scalar>[] {
  return table?.rows.map((row) => Object.fromEntries(table.columns.map((c, i) => [c.name, row[i] ?? null]))) ?? [];
}

type Source = ProjectStatus["sources"][number];
type Run = NonNullable<Source["last_run"]>;

const ago = (now: number, at: string) => formatAgo(Math.max(0, now - Date.parse(at)) / 1000);

/** How the last run that read a source went. What is told above of the whole project is not said again. */
function LastRun({ run, problem, now }: { run: Run; problem: string | undefined; now: number }) {
  const { t } = useTranslation();
  const kind = t(`data.kinds.${run.kind}`, { defaultValue: run.kind });
  const when = ago(now, run.started_at);
  if (run.status === "running") return <dd className={css.detail}>{t("data.runRunning", { kind })}</dd>;
  if (run.status === "done")
    return (
      <dd className={css.status}>
        <IconCheck size={16} aria-hidden="true" />
        {t("data.runDone", { kind, ago: when, time: formatDuration(run.duration_us) })}
      </dd>
    );
  return (
    <>
      <dd className={css.status} data-failed>
        <IconAlert size={16} aria-hidden="true" />
        {t("data.runFailed", { kind, ago: when })}
      </dd>
      {run.error !== problem && <dd className={css.detail}>{run.error}</dd>}
    </>
  );
}

function SourceFacts({ source, problem, now }: { source: Source; problem: string | undefined; now: number }) {
  const { t } = useTranslation();
  const { name, kind, rows, data_at, last_run } = source;
  const held = [
    rows !== undefined && t("data.rows", { count: rows, n: formatCount(rows) }),
    data_at && t("data.newest", { ago: ago(now, data_at) }),
  ].filter(Boolean);
  return (
    <div className={css.source}>
      <dt>
        <strong>{name}</strong>
        {name !== kind && t(`data.kind.${kind}`)}
      </dt>
      <dd className={css.detail}>{held.length ? held.join(", ") : t("data.none")}</dd>
      {last_run && <LastRun run={last_run} problem={problem} now={now} />}
    </div>
  );
}

const N_RUNS = 5;

function Runs({ project, now }: { project: string; now: number }) {
  const { t } = useTranslation();
  const { data } = useQuery(runsQuery(project));
  const runs = records(data?.runs).slice(0, N_RUNS);
  if (!runs.length) return null;
  return (
    <div>
      <dt>{t("data.recent")}</dt>
      <dd>
        <ul className={css.runs}>
          {runs.map((run) => {
            const n = Number(run.changes ?? 0);
            const kind = t(`data.kinds.${run.kind}`, { defaultValue: String(run.kind) });
            const outcome =
              run.status === "done" ? t("data.changes", { count: n, n: formatCount(n) }) : t("data.notDone");
            return (
              <li key={String(run.run)}>
                <span>{run.status === "running" ? t("data.runRunning", { kind }) : `${kind}, ${outcome}`}</span>
                <span>{ago(now, String(run.started_at))}</span>
              </li>
            );
          })}
        </ul>
      </dd>
    </div>
  );
}

export function DataCard({ project }: { project: string }) {
  const { t } = useTranslation();
  const now = useNow(5000);
  const status = useQuery(statusQuery());
  const sync = useSync(project);
  const one = status.data?.projects.find((p) => p.name === project);
  return (
    <section className={`card ${css.card}`} aria-label={t("data.title")}>
      <header className={css.head}>
        <h2>{t("data.title")}</h2>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={14} />}
          loading={sync.isRunning}
          onClick={sync.start}
        >
          {t("data.sync")}
        </Button>
      </header>
      {status.error && !status.data ? (
        <StateCard {...stateOfError(status.error)} isSmall onRetry={() => status.refetch()} />
      ) : !one ? (
        <Skeleton height={176} />
      ) : (
        <dl className={css.facts}>
          {one.problem && (
            <div>
              <dt>{t("data.behind")}</dt>
              <dd className={css.status} data-failed>
                <IconAlert size={16} aria-hidden="true" />
                {one.problem}
              </dd>
            </div>
          )}
          {one.sources.map((source) => (
            <SourceFacts key={source.name} source={source} problem={one.problem} now={now} />
          ))}
          <Runs project={project} now={now} />
        </dl>
      )}
      <div className={css.progress} role="status" data-shown={sync.text !== "" || undefined}>
        {sync.isRunning && (
          <Progress
            size={4}
            value={(sync.part ?? 1) * 100}
            animated={sync.part === undefined}
            aria-label={t("data.syncing")}
          />
        )}
        {sync.text}
      </div>
      {sync.error && <StateCard {...stateOfError(sync.error)} isSmall />}
    </section>
  );
}
