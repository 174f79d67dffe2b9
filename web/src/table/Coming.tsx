import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatCount } from "../format/format";
import css from "./Coming.module.css";

interface ComingProps {
  n: number;
  isStopped: boolean;
  onCancel: () => void;
  onRetry: () => void;
}

/** What is said of a result whose rows are still coming, or were stopped. */
export function Coming({ n, isStopped, onCancel, onRetry }: ComingProps) {
  const { t } = useTranslation();
  return (
    <div className={css.coming} aria-busy={!isStopped}>
      <span className="num">{t(isStopped ? "table.stopped" : "table.coming", { n: formatCount(n) })}</span>
      <Button variant="default" size="xs" onClick={isStopped ? onRetry : onCancel}>
        {t(isStopped ? "state.retry" : "ask.cancel")}
      </Button>
    </div>
  );
}
