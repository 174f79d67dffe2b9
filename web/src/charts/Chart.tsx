/* A result as a chart. The room it takes is known before ECharts is loaded, so nothing moves. */
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ChartSpec, Scalar, Table } from "../api/types";
import { useAppearanceVersion } from "../app/accent";
import { memberOf, titleOf } from "../format/format";
import css from "./Chart.module.css";
import type { ChartKind } from "./kinds";
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

/* A line is hard to hit: a click anywhere on the chart means its nearest point. */
function nearestPoint(chart: Instance, data: ChartData, x: number, y: number): Mark | null {
  if (!chart.containPixel("grid", [x, y])) return null;
  const [place, height] = chart.convertFromPixel("grid", [x, y]) as [number, number];
  const at = Math.max(0, Math.min(data.keys.length - 1, Math.round(place)));
  const distance = (i: number) => Math.abs((data.series[i]?.values[at] ?? Number.POSITIVE_INFINITY) - height);
  const seriesIndex = data.series.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
  return { dataIndex: at, seriesIndex };
}

interface Drawn {
  data: ChartData;
  kind: ChartKind;
  onPick?: (pick: Pick) => void;
}

const isLine = (kind: ChartKind) => kind === "line" || kind === "area";

/** Tells of clicks on what is drawn at the time. */
function listen(chart: Instance, drawn: { current: Drawn | null }): void {
  const tell = (now: Drawn, mark: Mark) => {
    if (!now.onPick) return;
    chart.dispatchAction({ type: "hideTip" });
    now.onPick(picked(now.data, now.kind, mark));
  };
  chart.on("click", (mark) => {
    const now = drawn.current;
    if (now && !isLine(now.kind)) tell(now, mark as Mark);
  });
  chart.getZr().on("click", (event) => {
    const now = drawn.current;
    const mark = now && isLine(now.kind) ? nearestPoint(chart, now.data, event.offsetX, event.offsetY) : null;
    if (now && mark) tell(now, { ...mark, event: { event: event.event as unknown as MouseEvent } });
  });
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
  const drawn = useRef<Drawn | null>(null);
  const appearance = useAppearanceVersion();
  const data = useMemo(() => chartData(table, spec, kind), [table, spec, kind]);
  drawn.current = data && { data, kind, onPick };
  const tall = height ?? chartHeight(data, kind);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other colours and another height are drawn anew
  useEffect(() => {
    const element = host.current;
    if (!element || !data) return;
    let isLeft = false;
    const draw = ({ init }: typeof import("./echarts")) => {
      if (isLeft) return;
      if (!instance.current) {
        instance.current = init(element);
        listen(instance.current, drawn);
      }
      const chart = instance.current;
      const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const option = chartOption(table, data, kind, palette());
      chart.setOption({ ...option, animation: !isStill }, { notMerge: true });
      chart.resize();
      element.dataset.drawn = kind;
    };
    // Without ECharts, for the server is gone, the table below stands for the chart.
    import("./echarts").then(draw, () => undefined);
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
        style={{ minHeight: tall }}
      />
      {data && data.nHidden > 0 && (
        <figcaption className={css.more}>
          {t("chart.more", { n: table.rows.length - data.nHidden, of: table.rows.length })}
        </figcaption>
      )}
    </figure>
  );
}
