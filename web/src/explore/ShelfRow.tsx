/* A place that members stand on: put there by drag or keyboard, moved with Alt and the arrows, taken away with Delete. */
import { CloseButton } from "@mantine/core";
import { type DragEvent, type KeyboardEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { DRAG_TYPE } from "./dragging";
import css from "./ShelfRow.module.css";

export interface Chip {
  key: string;
  title: string;
  member?: string;
}

interface ShelfRowProps {
  title: string;
  hint: string;
  chips: Chip[];
  onDrop: (member: string, at?: number) => void;
  onRemove: (chip: Chip) => void;
  onMove?: (chip: Chip, by: -1 | 1) => void;
  onOpen?: (chip: Chip, element: HTMLElement) => void;
  children?: ReactNode;
}

export function ShelfRow({ title, hint, chips, onDrop, onRemove, onMove, onOpen, children }: ShelfRowProps) {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);

  const accept = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent, at?: number) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    const member = event.dataTransfer.getData(DRAG_TYPE);
    if (member) onDrop(member, at);
  };
  const key = (event: KeyboardEvent, chip: Chip) => {
    if (event.key === "Delete" || event.key === "Backspace") onRemove(chip);
    else if (event.altKey && event.key === "ArrowLeft") onMove?.(chip, -1);
    else if (event.altKey && event.key === "ArrowRight") onMove?.(chip, 1);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is an extra; all of it can be done by the buttons
    <div
      className={css.row}
      data-over={isOver || undefined}
      onDragOver={accept}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <h3 className={css.title}>{title}</h3>
      <ul className={css.chips} aria-label={title}>
        {chips.length === 0 && !children && <li className={css.hint}>{hint}</li>}
        {chips.map((chip, at) => (
          <li key={chip.key} className={css.chip} onDrop={(event) => drop(event, at)}>
            <button
              type="button"
              className={css.name}
              draggable={chip.member !== undefined}
              title={onMove ? t("explore.keys") : undefined}
              onDragStart={(event) => chip.member && event.dataTransfer.setData(DRAG_TYPE, chip.member)}
              onKeyDown={(event) => key(event, chip)}
              onClick={(event) => onOpen?.(chip, event.currentTarget)}
            >
              {chip.title}
            </button>
            <CloseButton
              size={24}
              iconSize={14}
              aria-label={t("explore.remove", { name: chip.title })}
              onClick={() => onRemove(chip)}
            />
          </li>
        ))}
        {children && <li className={css.more}>{children}</li>}
      </ul>
    </div>
  );
}
