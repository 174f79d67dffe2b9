import { ActionIcon, TextInput, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member } from "../api/types";
import { IconCheck, IconFilter, IconHash, IconPlus, IconSearch, IconTag } from "../ui/icons";
import { type Shelf, shelvesOf } from "./draft";
import { DRAG_TYPE } from "./dragging";
import css from "./Fields.module.css";
import { type Group, matches } from "./members";

interface FieldsProps {
  groups: Group[];
  used: Set<string>;
  onToggle: (member: Member, shelf: Shelf) => void;
  onFilter: (member: Member) => void;
}

const ICONS = { measure: IconHash, column: IconHash, filter: IconFilter } as const;

function Field({
  member,
  isUsed,
  onToggle,
  onFilter,
}: { member: Member; isUsed: boolean } & Pick<FieldsProps, "onToggle" | "onFilter">) {
  const { t } = useTranslation();
  const shelves = shelvesOf(member);
  const title = member.title;
  const Icon = ICONS[member.kind as keyof typeof ICONS] ?? IconTag;
  return (
    <li className={css.item}>
      <button
        type="button"
        className={css.field}
        aria-pressed={isUsed}
        title={member.description}
        draggable
        onDragStart={(event) => {
          event.dataTransfer.setData(DRAG_TYPE, member.name);
          event.dataTransfer.effectAllowed = "copyMove";
        }}
        onClick={() => shelves[0] && onToggle(member, shelves[0])}
      >
        <Icon size={14} stroke={1.75} aria-hidden="true" />
        <span>{title}</span>
        {isUsed ? (
          <IconCheck className={css.mark} size={14} aria-hidden="true" />
        ) : (
          <IconPlus className={css.plus} size={14} aria-hidden="true" />
        )}
      </button>
      {shelves.length > 1 && (
        <Tooltip label={t("explore.filterBy", { name: title })}>
          <ActionIcon
            className={css.filter}
            variant="subtle"
            color="gray"
            size={28}
            aria-label={t("explore.filterBy", { name: title })}
            onClick={() => onFilter(member)}
          >
            <IconFilter size={14} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}

/** All that can be asked about; a click or Enter puts it in its place, or it is dragged there. */
export function Fields({ groups, used, onToggle, onFilter }: FieldsProps) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const found = groups
    .map((group) => ({ ...group, members: group.members.filter((m) => matches(m, words.trim())) }))
    .filter((group) => group.members.length > 0);
  return (
    <div className={css.fields}>
      <TextInput
        aria-label={t("explore.search")}
        placeholder={t("explore.search")}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {found.length === 0 && <p className={css.none}>{t("explore.noField", { words })}</p>}
      {found.map((group) => (
        <details key={`${group.key}${words.trim() && "?"}`} open={!group.isClosed || words.trim() !== ""}>
          <summary className={css.title}>{group.title}</summary>
          <ul>
            {group.members.map((member) => (
              <Field
                key={member.name}
                member={member}
                isUsed={used.has(member.name)}
                onToggle={onToggle}
                onFilter={onFilter}
              />
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
