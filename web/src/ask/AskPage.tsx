import { Button } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { askQuery, suggestionsQuery } from "../api/queries";
import type { Model } from "../api/types";
import { useGo } from "../app/project";
import { IconArrowRight, IconClock, IconPlus } from "../ui/icons";
import css from "./AskPage.module.css";
import { QuestionBox } from "./QuestionBox";
import { suggestionsOf } from "./suggestions";
import { Turn } from "./Turn";

interface PageProps {
  project: string;
  model: Model;
}

function Start({ project, model, onAsk }: PageProps & { onAsk: (question: string) => void }) {
  const { t } = useTranslation();
  const { data } = useQuery(suggestionsQuery(project));
  const { examples, history } = suggestionsOf(model, data);
  const lists = [
    { title: t("ask.examples"), questions: examples.slice(0, 6), Icon: IconArrowRight },
    { title: t("ask.history"), questions: history.slice(0, 6), Icon: IconClock },
  ].filter((list) => list.questions.length > 0);
  return (
    <div className={css.start}>
      <h1>{t("ask.title")}</h1>
      <p className={css.lead}>{t("ask.lead", { name: model.ui?.title ?? model.title ?? project })}</p>
      <QuestionBox project={project} model={model} isFocused onAsk={onAsk} />
      <div className={css.lists}>
        {lists.map(({ title, questions, Icon }) => (
          <section key={title}>
            <h2 className={css.listTitle}>{title}</h2>
            <ul>
              {questions.map((question) => (
                <li key={question}>
                  <button type="button" className={css.suggestion} onClick={() => onAsk(question)}>
                    <Icon size={16} stroke={1.75} aria-hidden="true" />
                    {question}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}

/** A conversation. The address holds it: `q` for each question, `pick=TURN:READING` where another
    reading was chosen, which then stands for the question in what follows from it. */
export default function AskPage({ project, model }: PageProps) {
  const { t } = useTranslation();
  const go = useGo();
  const [params] = useSearchParams();
  const questions = params.getAll("q");
  const picks = new Map(params.getAll("pick").map((pick) => [Number.parseInt(pick, 10), pick.replace(/^\d+:/, "")]));
  const upTo = (at: number) => [...questions.slice(0, at).map((q, i) => picks.get(i) ?? q), questions[at] ?? ""];
  const last = useRef<HTMLLIElement>(null);
  // All are asked at once, and shown one below the other as soon as those above have their height.
  const answers = useQueries({ queries: questions.map((_, at) => askQuery(project, upTo(at))) });
  const waitingAt = answers.findIndex((answer) => answer.isPending && answer.isFetching);
  const n = waitingAt < 0 ? questions.length : waitingAt + 1;

  useEffect(() => {
    if (n > 1) last.current?.scrollIntoView({ block: "start" });
  }, [n]);

  const show = (q: string[], chosen: Map<number, string>) =>
    go("/ask", { q, pick: [...chosen].map(([turn, reading]) => `${turn}:${reading}`) });
  const ask = (question: string) => show([...questions, question], picks);

  if (questions.length === 0) return <Start project={project} model={model} onAsk={ask} />;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1 className="visually-hidden">{t("ask.conversation")}</h1>
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => go("/ask")}>
          {t("ask.new")}
        </Button>
      </header>
      <ol className={css.turns}>
        {questions.slice(0, n).map((question, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a question may be asked twice; its place tells them apart
          <li key={`${at}:${question}`} ref={at === n - 1 ? last : undefined}>
            <Turn
              project={project}
              questions={upTo(at)}
              picked={picks.get(at)}
              onPick={(reading) =>
                show(questions, reading === undefined ? withoutKey(picks, at) : new Map(picks).set(at, reading))
              }
              onAsk={(other) => show([...questions.slice(0, at), other], keysBelow(picks, at))}
            />
          </li>
        ))}
      </ol>
      <div className={css.dock}>
        <QuestionBox project={project} model={model} isFollowUp isFocused onAsk={ask} />
      </div>
    </div>
  );
}

function withoutKey(map: Map<number, string>, key: number): Map<number, string> {
  return new Map([...map].filter(([at]) => at !== key));
}

function keysBelow(map: Map<number, string>, key: number): Map<number, string> {
  return new Map([...map].filter(([at]) => at < key));
}
