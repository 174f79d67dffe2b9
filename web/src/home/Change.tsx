/* A change against the time before: its direction as a sign, and in colour where the pack says which way is good. */
import { useTranslation } from "react-i18next";
import type { Member } from "../api/types";
import { formatPercent } from "../format/format";
import { IconArrowDown, IconArrowUp } from "../ui/icons";
import css from "./Change.module.css";

/** Less than this is shown as no change. */
const FLAT = 0.0005;

export function toneOf(growth: number, better: Member["better"]): "good" | "bad" | undefined {
  if (!better || Math.abs(growth) < FLAT) return undefined;
  return growth > 0 === (better === "up") ? "good" : "bad";
}

/** Tenths say something below 100 % only; what grew from next to nothing is just much. */
function sizeOf(growth: number): string {
  const size = Math.abs(growth);
  return size >= 10 ? `>\u00a0${formatPercent(9.99, 0)}` : formatPercent(size, size < 1 ? 1 : 0);
}

export function Change({ growth, better }: { growth: number; better: Member["better"] }) {
  const { t } = useTranslation();
  const isFlat = Math.abs(growth) < FLAT;
  const Arrow = growth > 0 ? IconArrowUp : IconArrowDown;
  return (
    <span className={css.change} data-tone={toneOf(growth, better)}>
      {!isFlat && <Arrow size={14} aria-hidden="true" />}
      <span className="visually-hidden">{t(growth > 0 ? "home.up" : "home.down")} </span>
      {sizeOf(growth)}
    </span>
  );
}
