/* A result as a chart. The room it takes is known before ECharts is loaded, so nothing moves. */
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ChartSpec, Scalar, Table } from "../api/types";
import { useAppearanceVersion } from "../app/accent";
import { memberOf, titleOf } from "../format/format";
import css from "./Chart.module.css";
import type { ChartKind } from "./choose";
import { type ChartData, chartData, chartHeight, chartOption, type Palette } from "./option";

/** The mark a person chose: the raw values of its groups by member, and where it was. */
export interface Pick {
  values: { member: string; value: Scalar; label: string }[];
  x: number;
  y: number;
}

type Instance = ReturnType<typeof import("./echarts").init>;

function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    series: [of("--accent"), ...[2, 3, 4, 5, 6, 7, 8].map((i) => of(`--series-${i}`))],
    ink: of("--ink"),
    ink2: of("--ink-2"),
    ink3: of("--ink-3"),
    line: of("--line"),
    surface: of("--surface"),
    sunken: of("--sunken"),
  };
}

interface Mark {
  dataIndex: number;
  seriesIndex?: number;
  value?: unknown;
  event?: { event?: { clientX?: number; clientY?: number } };
}

function picked(data: ChartData, kind: ChartKind, mark: Mark): Pick {
  const cell = kind === "heat_map" && Array.isArray(mark.value) ? (mark.value as number[]) : null;
  const at = cell ? (cell[0] as number) : mark.dataIndex;
  const series = data.series[cell ? (cell[1] as number) : (mark.seriesIndex ?? 0)];
  const values = [{ member: memberOf(data.x), value: data.keys[at] as Scalar, label: data.labels[at] ?? "" }];
  if (data.seriesColumn && series)
    values.push({ member: memberOf(data.seriesColumn), value: series.key as Scalar, label: series.name });
  const native = mark.event?.event;
  return { values, x: native?.clientX ?? 0, y: native?.clientY ?? 0 };
}

interface ChartProps {
  table: Table;
  spec: ChartSpec;
  kind: ChartKind;
  title: string;
  height?: number;
  onPick?: (pick: Pick) => void;
}

export function Chart({ table, spec, kind, title, height, onPick }: ChartProps) {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const instance = useRef<Instance | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const appearance = useAppearanceVersion();
  const data = useMemo(() => chartData(table, spec, kind), [table, spec, kind]);
  const tall = height ?? chartHeight(data, kind);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other colours and another height are drawn anew
  useEffect(() => {
    const element = host.current;
    if (!element || !data) return;
    let isLeft = false;
    void import("./echarts").then(({ init }) => {
      if (isLeft) return;
      instance.current ??= init(element);
      const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
      instance.current.setOption(
        { ...chartOption(table, data, kind, palette()), animation: !isStill },
        { notMerge: true },
      );
      instance.current.off("click");
      instance.current.on("click", (mark) => pick.current?.(picked(data, kind, mark as Mark)));
      instance.current.resize();
      element.dataset.drawn = kind;
    });
    return () => {
      isLeft = true;
    };
  }, [table, data, kind, appearance, tall]);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(() => instance.current?.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      instance.current?.dispose();
      instance.current = null;
    };
  }, []);

  const groups = data
    ? [titleOf(data.x), data.seriesColumn && titleOf(data.seriesColumn)].filter(Boolean).join(", ")
    : "";
  const label = t("chart.label", { kind: t(`chart.${kind}`), title, groups });
  return (
    <figure className={css.figure}>
      <div
        ref={host}
        className={css.host}
        role="img"
        aria-label={label}
        data-pickable={onPick ? true : undefined}
        style={{ height: tall }}
      />
      {data && data.nHidden > 0 && (
        <figcaption className={css.more}>{t("chart.more", { n: data.keys.length, of: table.rows.length })}</figcaption>
      )}
    </figure>
  );
}
