import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Column, Model, Scalar, SemanticQuery } from "../api/types";
import type { Pick } from "../charts/Chart";
import { memberOf } from "../format/format";
import { nameOf } from "./draft";
import { finerGrain, narrowed, nextLevel, rowsBehind, testOf, withTest } from "./drill";
import css from "./ExplorePage.module.css";
import { type Members, titleOfName } from "./members";

interface DrillMenuProps {
  pick: Pick | null;
  draft: SemanticQuery;
  columns: Column[];
  model: Model;
  members: Members;
  onDraft: (draft: SemanticQuery) => void;
  onClose: () => void;
}

interface Choice {
  key: string;
  text: string;
  draft: SemanticQuery;
}

function replaced(draft: SemanticQuery, from: string, to: string): SemanticQuery {
  const others = (draft.dimensions ?? []).filter((one) => nameOf(one) !== to);
  return { ...draft, dimensions: others.map((one) => (nameOf(one) === from ? to : one)) };
}

/** Where one can go from a mark: it alone, all but it, or what it is made of. */
export function DrillMenu({ pick, draft, columns, model, members, onDraft, onClose }: DrillMenuProps) {
  const { t } = useTranslation();

  const ofTime = (value: Scalar, label: string): Choice[] => {
    const finer = finerGrain(draft.time?.grain);
    const at = (grain?: string): SemanticQuery => ({ ...draft, time: { ...draft.time, range: value, grain } });
    const choices: Choice[] = [{ key: "time", text: t("explore.only", { label }), draft: at() }];
    if (finer)
      choices.unshift({
        key: "finer",
        text: t("explore.by", { label, level: t(`explore.grains.${finer}`).toLowerCase() }),
        draft: at(finer),
      });
    return choices;
  };
  const ofGroup = (member: string, value: Scalar, label: string): Choice[] => {
    const alone = withTest(draft, testOf(member, value, true));
    const below = nextLevel(member, model);
    const choices = [
      { key: `only ${member}`, text: t("explore.only", { label }), draft: alone },
      {
        key: `without ${member}`,
        text: t("explore.without", { label }),
        draft: withTest(draft, testOf(member, value, false)),
      },
    ];
    if (below)
      choices.unshift({
        key: `below ${member}`,
        text: t("explore.by", { label, level: titleOfName(below, members).toLowerCase() }),
        draft: replaced(alone, member, below),
      });
    return choices;
  };
  const choices = (pick?.values ?? []).flatMap(({ member, value, label }) => {
    const column = columns.find((c) => memberOf(c) === member);
    return column?.role === "time" ? ofTime(value, label) : ofGroup(member, value, label);
  });
  const rows = rowsBehind(narrowed(draft, columns, pick?.values ?? []), model);
  if (rows && choices.length > 0) choices.push({ key: "rows", text: t("explore.rows"), draft: rows });
  return (
    <Menu opened={pick !== null} onClose={onClose} position="bottom-start" withinPortal returnFocus trapFocus>
      <Menu.Target>
        <button
          type="button"
          tabIndex={-1}
          className={css.anchor}
          aria-label={t("explore.drill")}
          style={{ left: pick?.x ?? 0, top: pick?.y ?? 0 }}
        />
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map((choice) => (
          <Menu.Item key={choice.key} onClick={() => onDraft(choice.draft)}>
            {choice.text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
