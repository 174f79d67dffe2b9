/* The time: which one, how fine, which span, and what it is compared with. */
import { Button, Popover, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Model, QueryTime, Range } from "../api/types";
import { formatTime } from "../format/format";
import { homeDefinition } from "../home/definition";
import { rangeKey } from "./draft";
import css from "./TimeRow.module.css";

const GRAINS = ["year", "quarter", "month", "week", "day"];
const SPANS = [
  "past 7 days",
  "past 30 days",
  "past 12 months",
  "this month",
  "last month",
  "this quarter",
  "last quarter",
  "this year",
  "last year",
  "year to date",
];
const WEEK_SPANS = ["past 4 weeks", "past 13 weeks", "past 52 weeks", "last week"];
const COMPARISONS = ["previous_period", "previous_year"];
const CUSTOM = "custom";

function textOf(range: Range): string {
  const one = (value: unknown) => (value === null || value === undefined ? "…" : formatTime(String(value)));
  return Array.isArray(range) ? `${one(range[0])} – ${one(range[1])}` : one(range);
}

function Custom({
  range,
  isNumber,
  onChange,
}: {
  range: Range | undefined;
  isNumber: boolean;
  onChange: (range: Range) => void;
}) {
  const { t } = useTranslation();
  const [from, to] = Array.isArray(range) ? range : [null, null];
  const [ends, setEnds] = useState([String(from ?? ""), String(to ?? "")] as [string, string]);
  const value = (text: string) => (text === "" ? null : isNumber ? Number(text) : text);
  const field = (at: 0 | 1, label: string) => (
    <label className={css.date}>
      {label}
      <input
        type={isNumber ? "number" : "date"}
        value={ends[at]}
        onChange={(event) => {
          const text = event.currentTarget.value;
          setEnds((before) => (at === 0 ? [text, before[1]] : [before[0], text]));
        }}
      />
    </label>
  );
  return (
    <form
      className={css.custom}
      onSubmit={(event) => {
        event.preventDefault();
        onChange([value(ends[0]), value(ends[1])]);
      }}
    >
      {field(0, t("explore.from"))}
      {field(1, t("explore.to"))}
      <Button type="submit" size="xs" disabled={!ends[0] && !ends[1]}>
        {t("explore.apply")}
      </Button>
    </form>
  );
}

interface TimeRowProps {
  model: Model;
  time: QueryTime | undefined;
  onChange: (time: QueryTime) => void;
}

export function TimeRow({ model, time = {}, onChange }: TimeRowProps) {
  const { t } = useTranslation();
  const [isCustom, setCustom] = useState(false);
  const main = homeDefinition(model).time;
  const times = model.members.filter((m) => m.kind === "time" || m.name === main);
  if (!main) return <p className={css.none}>{t("explore.noTime")}</p>;
  const dimension = time.dimension ?? main;
  const isNumber = model.members.find((m) => m.name === dimension)?.type === "int64";
  const spans = (isNumber ? WEEK_SPANS : SPANS).map((span) => ({ value: span, label: t(`explore.span.${span}`) }));
  const key = rangeKey(time.range);
  if (key && !spans.some((span) => span.value === key))
    spans.unshift({ value: key, label: textOf(time.range as Range) });
  const change = (more: QueryTime) => onChange({ dimension, ...time, ...more });
  const comparisons = isNumber ? COMPARISONS.slice(0, 1) : COMPARISONS;

  return (
    <>
      {times.length > 1 && (
        <Select
          className={css.select}
          size="xs"
          aria-label={t("explore.time")}
          data={times.map((m) => ({ value: m.name, label: m.title }))}
          value={dimension}
          allowDeselect={false}
          onChange={(value) => value && onChange({ ...time, dimension: value })}
        />
      )}
      <Popover
        opened={isCustom}
        onChange={setCustom}
        position="bottom-start"
        withRoles={false}
        trapFocus
        returnFocus
        withinPortal
      >
        <Popover.Target>
          <div>
            <Select
              className={css.select}
              size="xs"
              aria-label={t("explore.range")}
              placeholder={t("explore.allTime")}
              data={[...spans, { value: CUSTOM, label: t("explore.custom") }]}
              value={key || null}
              clearable
              onChange={(value) => {
                if (value === CUSTOM) setCustom(true);
                else
                  change({
                    range: value === key ? time.range : (value ?? undefined),
                    ...(value === null && { compare: undefined }),
                  });
              }}
            />
          </div>
        </Popover.Target>
        <Popover.Dropdown>
          <Custom
            range={time.range}
            isNumber={isNumber}
            onChange={(range) => {
              setCustom(false);
              change({ range });
            }}
          />
        </Popover.Dropdown>
      </Popover>
      <Select
        className={css.select}
        size="xs"
        aria-label={t("explore.grain")}
        placeholder={t("explore.noGrain")}
        data={(isNumber ? ["week"] : [...GRAINS, "hour"]).map((grain) => ({
          value: grain,
          label: t(`explore.grains.${grain}`),
        }))}
        value={time.grain ?? null}
        clearable
        onChange={(grain) => change({ grain: grain ?? undefined })}
      />
      <Select
        className={css.select}
        size="xs"
        aria-label={t("explore.compare")}
        placeholder={t("explore.noCompare")}
        data={comparisons.map((value) => ({ value, label: t(`explore.against.${value}`) }))}
        value={time.compare ?? null}
        clearable
        disabled={!time.range && !time.grain}
        onChange={(compare) => change({ compare: compare ?? undefined })}
      />
    </>
  );
}
