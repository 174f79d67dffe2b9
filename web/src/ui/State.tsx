/* The states a page or a part of it can be in besides having something to show. */
import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ServerGone } from "../api/client";
import { IconAlert, IconDatabase, IconPlugOff, IconSearch } from "./icons";
import css from "./State.module.css";

type Kind = "empty" | "error" | "noData" | "gone";

const ICONS = { empty: IconSearch, error: IconAlert, noData: IconDatabase, gone: IconPlugOff };

export interface StateProps {
  kind: Kind;
  title?: string;
  text?: string;
  detail?: string;
  isSmall?: boolean;
  onRetry?: () => void;
  children?: ReactNode;
}

/** What an error is for the person: the server's own words, which say what to do, or that it is not there. */
export function stateOfError(error: Error): Pick<StateProps, "kind" | "text" | "detail"> {
  if (error instanceof ServerGone) return { kind: "gone" };
  if (!(error instanceof ApiError)) return { kind: "error", text: error.message };
  const detail = [error.at, error.requestId].filter(Boolean).join(" · ");
  return { kind: "error", text: error.message, detail: detail || undefined };
}

export function StateCard({ kind, title, text, detail, isSmall, onRetry, children }: StateProps) {
  const { t } = useTranslation();
  const Icon = ICONS[kind];
  return (
    <section
      className={css.state}
      data-kind={kind}
      data-small={isSmall || undefined}
      role={kind === "error" ? "alert" : undefined}
    >
      <Icon className={css.icon} size={isSmall ? 20 : 24} stroke={1.5} aria-hidden="true" />
      <h2 className={css.title}>{title ?? t(`state.${kind}.title`)}</h2>
      <p className={css.text}>{text ?? t(`state.${kind}.text`)}</p>
      {detail && <p className={css.detail}>{detail}</p>}
      {onRetry && (
        <Button variant="default" size="xs" onClick={onRetry}>
          {t("state.retry")}
        </Button>
      )}
      {children}
    </section>
  );
}

export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={css.page} aria-busy="true">
      <span className="visually-hidden">{t("state.loading")}</span>
      <Skeleton height={36} width={240} />
      <div className={css.blocks}>
        <Skeleton height={144} />
        <Skeleton height={144} />
        <Skeleton height={144} />
        <Skeleton height={144} />
      </div>
      <Skeleton height={320} />
    </div>
  );
}
