import { Button, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { askQuery, resultQuery } from "../api/queries";
import type { Alternative, Answer, QueryResult } from "../api/types";
import { Coming } from "../table/Coming";
import { useNow } from "../ui/now";
import { StateCard, stateOfError } from "../ui/State";
import { ResultView, type Shown } from "./ResultView";
import css from "./Turn.module.css";

interface TurnProps {
  project: string;
  /** The conversation up to and with this question. */
  questions: string[];
  /** The other reading that was chosen. */
  picked?: string;
  onPick: (reading: string | undefined) => void;
  /** Asks something else in this question's place. */
  onAsk: (question: string) => void;
}

function Waiting({ onCancel }: { onCancel: () => void }) {
  const { t } = useTranslation();
  const [start] = useState(Date.now);
  const seconds = Math.floor((useNow(1000) - start) / 1000);
  return (
    <div className={css.waiting} aria-busy="true">
      <Skeleton height={24} width="72%" />
      <Skeleton height={320} />
      <div className={css.wait}>
        <span className="num">{seconds > 0 ? t("ask.waitingFor", { seconds }) : t("ask.waiting")}</span>
        <Button variant="default" size="xs" onClick={onCancel}>
          {t("ask.cancel")}
        </Button>
      </div>
    </div>
  );
}

/** The readings that were not taken, as buttons: to choose among where the question was unclear, else to fall back on. */
function Readings({ answer, picked, onPick }: { answer: Answer; picked?: string; onPick: TurnProps["onPick"] }) {
  const { t } = useTranslation();
  const others = answer.alternatives.filter((other) => other.query).map((other) => other.reading);
  if (others.length === 0) return null;
  const isUnclear = answer.status === "clarify";
  const first = answer.reading ?? "";
  const taken = picked ?? first;
  const choices = [first, ...others].filter((reading) => isUnclear || reading !== taken);
  return (
    <fieldset className={css.readings} data-unclear={isUnclear || undefined}>
      <legend>{t(isUnclear ? "ask.which" : "ask.orMeant")}</legend>
      {choices.slice(0, isUnclear ? 8 : 4).map((reading) => (
        <button
          key={reading}
          type="button"
          className={css.reading}
          aria-pressed={reading === taken}
          onClick={() => onPick(reading === first ? undefined : reading)}
        >
          {reading}
        </button>
      ))}
    </fieldset>
  );
}

function Declined({ answer, onAsk }: { answer: Answer; onAsk: TurnProps["onAsk"] }) {
  const { t } = useTranslation();
  return (
    <div className={`card ${css.declined}`}>
      <p className={css.sentence}>{answer.answer}</p>
      {answer.alternatives.length > 0 && (
        <div className={css.readings}>
          <p className={css.legend}>{t("ask.instead")}</p>
          {answer.alternatives.map(({ reading }) => (
            <button key={reading} type="button" className={css.reading} onClick={() => onAsk(reading)}>
              {reading}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function ofAnswer(answer: Answer): Shown {
  return {
    reading: answer.reading ?? "",
    sentence: answer.status === "clarify" ? undefined : (answer.answer ?? undefined),
    table: answer,
    chart: answer.chart ?? null,
    query: answer.query,
    sql: answer.sql,
    notes: answer.isPart ? [] : [...answer.notes, ...answer.left_out.map((l) => l.text)],
    period: answer.period,
  };
}

function ofReading(reading: Alternative, result: QueryResult): Shown {
  return {
    reading: reading.reading,
    table: result,
    chart: result.chart ?? null,
    query: reading.query,
    sql: result.sql ?? null,
    notes: result.isPart ? [] : result.left_out.map((l) => l.text),
    period: result.period,
  };
}

/** One question and what came of it. */
export function Turn({ project, questions, picked, onPick, onAsk }: TurnProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const asked = askQuery(project, questions);
  const answer = useQuery(asked);
  const other = answer.data?.alternatives?.find((one) => one.query && one.reading === picked);
  const otherResult = useQuery(resultQuery(project, other?.query ?? null));
  const data = answer.data;
  const shown = useMemo(() => {
    if (!data) return null;
    if (!other) return ofAnswer(data);
    return otherResult.data ? ofReading(other, otherResult.data) : null;
  }, [data, other, otherResult.data]);

  // What is announced: the sentence or the question back, not the whole table.
  const said = data ? (other ? other.reading : data.answer) : "";
  const error = answer.data ? otherResult.error : answer.error;
  const isStopped = !answer.isFetching && !answer.data && !answer.error;
  const retry = () => (answer.data ? otherResult.refetch() : answer.refetch());

  const cancel = () =>
    client.cancelQueries({ queryKey: other ? resultQuery(project, other.query).queryKey : asked.queryKey });

  let body = <Waiting onCancel={cancel} />;
  if (error && !(shown && !shown.table.isPart)) body = <StateCard {...stateOfError(error)} onRetry={retry} />;
  else if (isStopped)
    body = <StateCard kind="empty" title={t("ask.stopped.title")} text={t("ask.stopped.text")} onRetry={retry} />;
  else if (data?.status === "declined") body = <Declined answer={data} onAsk={onAsk} />;
  else if (shown?.table.isPart)
    body = (
      <ResultView project={project} questions={questions} shown={shown}>
        <Coming
          n={shown.table.rows.length}
          isStopped={!(other ? otherResult : answer).isFetching}
          onCancel={cancel}
          onRetry={retry}
        />
      </ResultView>
    );
  else if (data && shown)
    body = (
      <>
        {data.status === "clarify" && <Readings answer={data} picked={picked} onPick={onPick} />}
        <ResultView key={other?.reading} project={project} questions={questions} shown={shown} />
        {data.status !== "clarify" && <Readings answer={data} picked={picked} onPick={onPick} />}
      </>
    );
  return (
    <article className={css.turn}>
      <p className="visually-hidden" role="status">
        {said}
      </p>
      <h2 className={css.question}>{questions.at(-1)}</h2>
      {body}
    </article>
  );
}
