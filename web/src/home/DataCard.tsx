/* How fresh the project's data is, what its last run did, and a way to bring it in step now. */
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

function Sources({ sources }: { sources: ProjectStatus["sources"] }) {
  const { t } = useTranslation();
  if (!sources?.length) return null;
  return (
    <div>
      <dt>{t("data.sources", { count: sources.length })}</dt>
      {sources.map(({ name, kind }) => (
        <dd key={name}>
          {name !== kind && name} <span className={name === kind ? undefined : "muted"}>{t(`data.kind.${kind}`)}</span>
        </dd>
      ))}
    </div>
  );
}

function Runs({ project, now }: { project: string; now: number }) {
  const { t } = useTranslation();
  const { data } = useQuery(runsQuery(project));
  const [run, ...earlier] = records(data?.runs);
  if (!run) return null;
  const isFailed = run.status === "failed";
  const agoOf = (one: Record<string, Scalar>) => formatAgo((now - Date.parse(String(one.started_at))) / 1000);
  const changes = Number(run.changes ?? 0);
  return (
    <>
      <div>
        <dt>{t("data.lastRun")}</dt>
        <dd className={css.status} data-failed={isFailed || undefined}>
          {isFailed ? <IconAlert size={16} aria-hidden="true" /> : <IconCheck size={16} aria-hidden="true" />}
          {t(isFailed ? "data.failed" : "data.done", {
            ago: agoOf(run),
            time: formatDuration(Number(run.duration_us ?? 0)),
          })}
        </dd>
        <dd className={css.detail}>
          {isFailed ? String(run.error ?? "") : t("data.changes", { count: changes, n: formatCount(changes) })}
        </dd>
      </div>
      {earlier.length > 0 && (
        <div>
          <dt>{t("data.earlier")}</dt>
          {earlier.slice(0, 2).map((one) => (
            <dd key={String(one.run)} className={css.detail}>
              {t("data.run", {
                kind: t(`data.kinds.${one.kind}`, { defaultValue: String(one.kind) }),
                ago: agoOf(one),
              })}
            </dd>
          ))}
        </div>
      )}
    </>
  );
}

export function DataCard({ project }: { project: string }) {
  const { t } = useTranslation();
  const now = useNow(5000);
  const status = useQuery(statusQuery());
  const sync = useSync(project);
  const one = status.data?.projects.find((p) => p.name === project);
  const age = one?.data_at ? (now - Date.parse(one.data_at)) / 1000 : null;
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
          <div>
            <dt>{t("data.changed")}</dt>
            <dd>{age === null ? t("data.never") : formatAgo(Math.max(0, age))}</dd>
          </div>
          <Runs project={project} now={now} />
          <Sources sources={one.sources} />
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
