import { Button, Drawer, Popover } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import type { Filter, Member, Model, SemanticQuery } from "../api/types";
import { useGo } from "../app/project";
import { IconPlus } from "../ui/icons";
import {
  added,
  firstDraft,
  moved,
  nameOf,
  type PlacedFilter,
  parseDraft,
  placedFilters,
  removed,
  type Shelf,
  shelvesOf,
  tidy,
  withFilter,
} from "./draft";
import css from "./ExplorePage.module.css";
import { Fields } from "./Fields";
import { FilterEditor, type Test } from "./FilterEditor";
import { filterText } from "./filterText";
import { groupsOf, memberMap, titleOfName } from "./members";
import { Result } from "./Result";
import { type Chip, ShelfRow } from "./ShelfRow";
import { TimeRow } from "./TimeRow";

/** A filter whose editor is open; `at` is null while it is a new one. */
interface Editing {
  member: Member;
  place: "where" | "having";
  at: number | null;
  test?: Test;
}

const isTest = (filter: Filter): filter is Test => typeof filter === "object" && "op" in filter && !filter.query;

/** A query put together from the model, its answer live. The address holds it. */
export default function ExplorePage({ project, model }: { project: string; model: Model }) {
  const { t } = useTranslation();
  const go = useGo();
  const [params] = useSearchParams();
  const text = params.get("query");
  const draft = useMemo(() => parseDraft(text) ?? firstDraft(model), [text, model]);
  const groups = useMemo(() => groupsOf(model, t), [model, t]);
  const members = useMemo(() => memberMap(groups, model), [groups, model]);
  const isNarrow = useMediaQuery("(max-width: 999px)");
  const [isListOpen, setListOpen] = useState(false);
  const [editing, setEditing] = useState<Editing | null>(null);
  const filters = placedFilters(draft);

  const show = (next: SemanticQuery) => go("/explore", { query: JSON.stringify(tidy(next)) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another query closes what was being edited
  useEffect(() => setEditing(null), [text]);

  const used = new Set<string>([...(draft.measures ?? []).map(nameOf), ...(draft.dimensions ?? []).map(nameOf)]);
  for (const { filter } of filters) if (typeof filter === "string") used.add(filter);

  const edit = (member: Member) => {
    setListOpen(false);
    setEditing({ member, place: member.kind === "measure" ? "having" : "where", at: null });
  };
  const toggleFilter = (member: Member) => {
    const there = filters.find(({ filter }) => filter === member.name);
    show(there ? withFilter(draft, there.place, there.at, null) : withFilter(draft, "where", null, member.name));
  };
  const put = (member: Member, shelf: Shelf, at?: number) => {
    if (!shelvesOf(member).includes(shelf)) return;
    if (shelf !== "filters") show(added(draft, shelf, member.name, at));
    else if (member.kind === "filter") toggleFilter(member);
    else edit(member);
  };
  const toggle = (member: Member, shelf: Shelf) => {
    if (shelf !== "filters" && used.has(member.name)) show(removed(draft, shelf, member.name));
    else put(member, shelf);
  };
  const dropOn = (shelf: Shelf) => (name: string, at?: number) => {
    const member = members.get(name);
    if (member) put(member, shelf, at);
  };
  const chipsOf = (shelf: "measures" | "dimensions"): Chip[] =>
    (draft[shelf] ?? []).map((named) => {
      const name = nameOf(named);
      return { key: name, title: titleOfName(name, members), member: typeof named === "string" ? name : undefined };
    });
  const placed = new Map<string, PlacedFilter>(filters.map((one) => [`${one.place}:${one.at}`, one]));
  const openFilter = (chip: Chip) => {
    const one = placed.get(chip.key);
    if (!one || !isTest(one.filter)) return;
    const member = members.get(one.filter.member);
    if (member) setEditing({ member, place: one.place, at: one.at, test: one.filter });
  };
  const removeFilter = (chip: Chip) => {
    const one = placed.get(chip.key);
    if (one) show(withFilter(draft, one.place, one.at, null));
  };

  const fields = <Fields groups={groups} used={used} onToggle={toggle} onFilter={edit} />;
  return (
    <div className={css.page}>
      <h1 className={css.heading}>{t("explore.title")}</h1>
      {isNarrow ? (
        <Drawer
          opened={isListOpen}
          onClose={() => setListOpen(false)}
          title={t("explore.fields")}
          size="min(360px, 88vw)"
          closeButtonProps={{ "aria-label": t("explore.close") }}
        >
          {fields}
        </Drawer>
      ) : (
        <aside className={`card ${css.side}`} aria-label={t("explore.fields")}>
          {fields}
        </aside>
      )}
      <div className={css.main}>
        <section className={`card ${css.shelves}`} aria-label={t("explore.shelves")}>
          {isNarrow && (
            <Button
              className={css.open}
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() => setListOpen(true)}
            >
              {t("explore.add")}
            </Button>
          )}
          <ShelfRow
            title={t("explore.measures")}
            hint={t(draft.rows ? "explore.hint.rows" : "explore.hint.measures")}
            chips={chipsOf("measures")}
            onDrop={dropOn("measures")}
            onRemove={(chip) => show(removed(draft, "measures", chip.key))}
            onMove={(chip, by) => show(moved(draft, "measures", chip.key, by))}
          />
          <ShelfRow
            title={t("explore.groupBy")}
            hint={t(draft.rows ? "explore.hint.notGrouped" : "explore.hint.dimensions")}
            chips={chipsOf("dimensions")}
            onDrop={dropOn("dimensions")}
            onRemove={(chip) => show(removed(draft, "dimensions", chip.key))}
            onMove={(chip, by) => show(moved(draft, "dimensions", chip.key, by))}
          />
          <Popover
            opened={editing !== null}
            onChange={(isOpen) => !isOpen && setEditing(null)}
            position="bottom-start"
            withRoles={false}
            trapFocus
            returnFocus
            withinPortal
          >
            <Popover.Target>
              <div>
                <ShelfRow
                  title={t("explore.filters")}
                  hint={t("explore.hint.filters")}
                  chips={filters.map(({ filter, place, at }) => ({
                    key: `${place}:${at}`,
                    title: filterText(filter, members, t),
                  }))}
                  onDrop={dropOn("filters")}
                  onRemove={removeFilter}
                  onOpen={openFilter}
                />
              </div>
            </Popover.Target>
            <Popover.Dropdown>
              {editing && (
                <FilterEditor
                  key={`${editing.member.name}:${editing.at}`}
                  project={project}
                  member={editing.member}
                  test={editing.test}
                  onChange={(test) => {
                    setEditing(null);
                    show(withFilter(draft, editing.place, editing.at, test));
                  }}
                />
              )}
            </Popover.Dropdown>
          </Popover>
          <ShelfRow title={t("explore.time")} hint="" chips={[]} onDrop={() => undefined} onRemove={() => undefined}>
            <TimeRow
              model={model}
              time={draft.time}
              onChange={(time) => show({ ...draft, time, ...(time.grain && { rows: undefined }) })}
            />
          </ShelfRow>
        </section>
        <section className={`card ${css.result}`} aria-label={t("explore.result")}>
          <Result project={project} model={model} members={members} draft={draft} onDraft={show} />
        </section>
      </div>
    </div>
  );
}
