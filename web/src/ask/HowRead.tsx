import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { askExplainedQuery } from "../api/queries";
import type { SemanticQuery } from "../api/types";
import { useGo } from "../app/project";
import { formatPercent } from "../format/format";
import { Panel } from "../ui/Panel";
import { StateCard, stateOfError } from "../ui/State";
import css from "./Actions.module.css";

const N_OTHERS = 5;

/** The trace's parts, as `[by region | slot_group:347 0.00]`: the words, and what they were taken for. */
function partsOf(trace: string | null | undefined): { words: string; role: string }[] {
  return [...(trace ?? "").matchAll(/\[(.+?) \| (?:slot_)?(\w+):\d+ [\d.-]+\]/g)].map((m) => ({
    words: m[1] ?? "",
    role: m[2] ?? "",
  }));
}

interface HowReadProps {
  project: string;
  questions: string[];
  query: SemanticQuery | null;
}

/** How the question was read: which words said what, how sure that is, what else it could have been, and the query it came to. */
export function HowRead({ project, questions, query }: HowReadProps) {
  const { t } = useTranslation();
  const go = useGo();
  const { data: answer, error } = useQuery(askExplainedQuery(project, questions));
  if (error && !answer) return <StateCard {...stateOfError(error)} isSmall />;
  if (!answer) return <Skeleton height={200} m={24} />;
  const parts = partsOf(answer.trace);
  const others = answer.alternatives.filter((one) => one.query).slice(0, N_OTHERS);
  return (
    <Panel className={css.panel} label={t("ask.how")}>
      {parts.length > 0 && (
        <div className={css.parts}>
          {parts.map(({ words, role }) => (
            <div key={`${words}${role}`} className={css.part}>
              {words}
              <span>{t(`ask.role.${role}`, { defaultValue: role.replaceAll("_", " ") })}</span>
            </div>
          ))}
        </div>
      )}
      <dl className={css.facts}>
        <dt>{t("ask.confidence")}</dt>
        <dd className="num">{formatPercent(answer.confidence, 0)}</dd>
        <dt>{t("ask.took")}</dt>
        <dd className="num">{answer.ms < 1 ? t("ask.underMs") : t("ask.ms", { ms: Math.round(answer.ms) })}</dd>
        {others.length > 0 && (
          <>
            <dt>{t("ask.alsoConsidered")}</dt>
            <dd>
              {others.map((one) => (
                <button
                  key={one.reading}
                  type="button"
                  className={css.other}
                  onClick={() => go("/explore", { query: JSON.stringify(one.query) })}
                >
                  {one.reading}
                </button>
              ))}
            </dd>
          </>
        )}
      </dl>
      {query && (
        <div>
          <h3>{t("ask.semanticQuery")}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre className={css.code} tabIndex={0}>
            {JSON.stringify(query, null, 2)}
          </pre>
        </div>
      )}
    </Panel>
  );
}
