import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { fetchCsv, useFeedback } from "../api/queries";
import { useGo } from "../app/project";
import { save, useCopy } from "../ui/files";
import {
  IconBulb,
  IconCheck,
  IconCode,
  IconCompass,
  IconDownload,
  IconLink,
  IconThumbDown,
  IconThumbUp,
} from "../ui/icons";
import { StateCard, stateOfError } from "../ui/State";
import css from "./Actions.module.css";
import { HowRead } from "./HowRead";
import type { Shown } from "./ResultView";
import { Sql } from "./Sql";

type Panel = "sql" | "how" | null;

function Thumbs({ project, questions }: { project: string; questions: string[] }) {
  const { t } = useTranslation();
  const feedback = useFeedback(project, questions);
  const given = feedback.isError ? "none" : (feedback.variables ?? "none");
  const thumb = (verdict: "up" | "down", label: string, icon: ReactNode) => (
    <Tooltip label={label}>
      <ActionIcon
        variant={given === verdict ? "light" : "subtle"}
        color={given === verdict ? undefined : "gray"}
        aria-label={label}
        aria-pressed={given === verdict}
        onClick={() => feedback.mutate(given === verdict ? "none" : verdict)}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className={css.thumbs}>
      <span className="visually-hidden" role="status">
        {given !== "none" ? t("ask.thanks") : feedback.isError ? t("ask.notKept") : ""}
      </span>
      {thumb("up", t("ask.right"), <IconThumbUp size={16} stroke={1.75} />)}
      {thumb("down", t("ask.wrong"), <IconThumbDown size={16} stroke={1.75} />)}
    </div>
  );
}

interface ActionsProps {
  project: string;
  questions: string[];
  shown: Shown;
}

/** What can be done with an answer, and the two panels that open below. */
export function Actions({ project, questions, shown }: ActionsProps) {
  const { t } = useTranslation();
  const go = useGo();
  const { isCopied, copy } = useCopy();
  const [panel, setPanel] = useState<Panel>(null);
  const [csvError, setCsvError] = useState<Error | null>(null);
  const { query, sql } = shown;

  const toggle = (one: Panel) => setPanel((open) => (open === one ? null : one));
  const download = () => {
    if (!query) return;
    setCsvError(null);
    fetchCsv(project, query).then((file) => save(file, `${shown.reading}.csv`), setCsvError);
  };
  const button = (label: string, icon: ReactNode, onClick: () => void, isOpen?: boolean) => (
    <Button variant="subtle" color="gray" size="xs" leftSection={icon} aria-expanded={isOpen} onClick={onClick}>
      {label}
    </Button>
  );
  return (
    <>
      <footer className={css.actions}>
        {query &&
          button(t("ask.explore"), <IconCompass size={16} stroke={1.75} />, () =>
            go("/explore", { query: JSON.stringify(query) }),
          )}
        {query && button(t("ask.csv"), <IconDownload size={16} stroke={1.75} />, download)}
        {sql && button(t("ask.sql"), <IconCode size={16} stroke={1.75} />, () => toggle("sql"), panel === "sql")}
        {button(t("ask.how"), <IconBulb size={16} stroke={1.75} />, () => toggle("how"), panel === "how")}
        {button(
          isCopied ? t("ask.copied") : t("ask.link"),
          isCopied ? <IconCheck size={16} stroke={1.75} /> : <IconLink size={16} stroke={1.75} />,
          () => copy(window.location.href),
        )}
        <Thumbs project={project} questions={questions} />
      </footer>
      {csvError && <StateCard {...stateOfError(csvError)} isSmall />}
      {panel === "sql" && sql && <Sql text={sql} />}
      {panel === "how" && <HowRead project={project} questions={questions} query={query} />}
    </>
  );
}
