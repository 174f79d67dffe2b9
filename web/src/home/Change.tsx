/* A change against the time before: its direction as a sign, and in colour where the pack says which way is good. */
import { useTranslation } from "react-i18next";
import type { Member } from "../api/types";
import { IconArrowDown, IconArrowUp } from "../ui/icons";
import css from "./Change.module.css";
import type { Difference } from "./difference";

/** Less than this is shown as no change. */
const FLAT = 0.0005;

function toneOf(by: number, better: Member["better"]): "good" | "bad" | undefined {
  if (!better || Math.abs(by) < FLAT) return undefined;
  return by > 0 === (better === "up") ? "good" : "bad";
}

export function Change({ difference: { by, size }, better }: { difference: Difference; better: Member["better"] }) {
  const { t } = useTranslation();
  const Arrow = by > 0 ? IconArrowUp : IconArrowDown;
  return (
    <span className={css.change} data-tone={toneOf(by, better)}>
      {Math.abs(by) >= FLAT && <Arrow size={14} aria-hidden="true" />}
      <span className="visually-hidden">{t(by > 0 ? "home.up" : "home.down")} </span>
      {size}
    </span>
  );
}
