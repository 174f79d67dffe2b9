/* A chart's data and spec as ECharts' option. */
import type { EChartsCoreOption } from "echarts/core";
import type { ChartSpec, Column, Scalar, Table } from "../api/types";
import { formatValue, titleOf, toNumber } from "../format/format";
import { type ChartKind, numbersOf } from "./kinds";
import { tooltipOfItem, tooltipOfPoints } from "./tooltip";

export interface Palette {
  series: string[];
  ink: string;
  ink2: string;
  ink3: string;
  line: string;
  surface: string;
  sunken: string;
}

export interface Series {
  name: string;
  column: Column;
  values: (number | null)[];
  /** The raw value of the series column, where there is one. */
  key?: Scalar;
}

export interface ChartData {
  x: Column;
  keys: Scalar[];
  labels: string[];
  series: Series[];
  seriesColumn?: Column;
  nHidden: number;
}

/* Of more the first are drawn; all are in the table. */
const MAX_LYING = 30;
const MAX_PLACES = 5000;
const MAX_SERIES = 60;

function columnAt(table: Table, name: string | null): number {
  return table.columns.findIndex((c) => c.name === name);
}

function pivot(table: Table, xAt: number, yAt: number, seriesAt: number): ChartData {
  const column = table.columns[yAt] as Column;
  const seriesColumn = table.columns[seriesAt] as Column;
  const keys = [...new Set(table.rows.map((row) => row[xAt] as Scalar))].slice(0, MAX_PLACES);
  const place = new Map(keys.map((key, i) => [key, i]));
  const found = new Map<Scalar, Series>();
  let nHidden = 0;
  for (const row of table.rows) {
    const key = row[seriesAt] as Scalar;
    const at = place.get(row[xAt] as Scalar);
    let series = found.get(key);
    if (at === undefined || (!series && found.size === MAX_SERIES)) {
      nHidden++;
      continue;
    }
    if (!series) {
      series = { name: formatValue(key, seriesColumn), column, values: keys.map(() => null), key };
      found.set(key, series);
    }
    series.values[at] = toNumber(row[yAt]);
  }
  const x = table.columns[xAt] as Column;
  return {
    x,
    keys,
    labels: keys.map((key) => formatValue(key, x)),
    series: [...found.values()],
    seriesColumn,
    nHidden,
  };
}

export function chartData(table: Table, spec: ChartSpec, kind: ChartKind): ChartData | null {
  const xAt = columnAt(table, spec.x);
  const yAts = spec.y.map((name) => columnAt(table, name)).filter((at) => at >= 0);
  const x = table.columns[xAt];
  if (!x || yAts.length === 0) return null;
  const seriesAt = columnAt(table, spec.series);
  if (seriesAt >= 0) return pivot(table, xAt, yAts[0] as number, seriesAt);
  const rows = table.rows.slice(0, kind === "horizontal_bar" ? MAX_LYING : MAX_PLACES);
  const keys = rows.map((row) => row[xAt] as Scalar);
  const series = yAts.map((at) => {
    const column = table.columns[at] as Column;
    return { name: titleOf(column), column, values: rows.map((row) => toNumber(row[at])) };
  });
  return { x, keys, labels: keys.map((key) => formatValue(key, x)), series, nHidden: table.rows.length - rows.length };
}

/* ---- the parts that charts share ---- */

const FONT = '"Geist Variable", "Geist Fallback", system-ui, sans-serif';

function valueAxis(p: Palette, column: Column, isRatio = false) {
  return {
    type: "value",
    scale: isRatio,
    splitNumber: 4,
    axisLabel: {
      color: p.ink3,
      fontSize: 12,
      hideOverlap: true,
      formatter: (v: number) => formatValue(v, column, "axis"),
    },
    splitLine: { lineStyle: { color: p.line } },
    axisLine: { show: false },
    axisTick: { show: false },
  };
}

function categoryAxis(p: Palette, labels: string[], overrides: object = {}) {
  return {
    type: "category",
    data: labels,
    axisLabel: { color: p.ink3, fontSize: 12, hideOverlap: true, overflow: "truncate", width: 120, margin: 12 },
    axisLine: { lineStyle: { color: p.line } },
    axisTick: { show: false },
    ...overrides,
  };
}

function legend(p: Palette, isShown: boolean) {
  return {
    show: isShown,
    type: "scroll",
    top: 0,
    left: 0,
    icon: "roundRect",
    itemWidth: 12,
    itemHeight: 4,
    itemGap: 16,
    textStyle: { color: p.ink2, fontSize: 12 },
    pageTextStyle: { color: p.ink3 },
    pageIconColor: p.ink2,
    pageIconInactiveColor: p.line,
  };
}

function base(p: Palette, hasLegend: boolean): EChartsCoreOption {
  return {
    color: p.series,
    textStyle: { fontFamily: FONT },
    animationDuration: 240,
    animationDurationUpdate: 160,
    grid: {
      left: 0,
      right: 16,
      top: hasLegend ? 40 : 12,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    legend: legend(p, hasLegend),
  };
}

const tooltipFrame = (p: Palette) => ({
  confine: true,
  backgroundColor: p.surface,
  borderColor: p.line,
  borderWidth: 1,
  padding: [8, 12],
  transitionDuration: 0.1,
  textStyle: { color: p.ink, fontSize: 13, fontFamily: FONT },
});

const isPrior = (series: Series) => series.column.name.endsWith(".prior");

/* ---- the kinds ---- */

function lines(data: ChartData, p: Palette, isArea: boolean): EChartsCoreOption {
  const column = data.series[0]?.column as Column;
  const isSingle = data.series.length === 1;
  const nPoints = data.keys.length;
  return {
    ...base(p, !isSingle),
    tooltip: { ...tooltipFrame(p), trigger: "axis", formatter: tooltipOfPoints(data) },
    xAxis: categoryAxis(p, data.labels, { boundaryGap: nPoints === 1 }),
    yAxis: valueAxis(p, column),
    series: data.series.map((s) => ({
      type: "line",
      name: s.name,
      data: s.values,
      showSymbol: nPoints <= 2,
      symbol: "circle",
      symbolSize: 8,
      lineStyle: {
        width: isPrior(s) ? 1.5 : 2,
        type: isPrior(s) ? "dashed" : "solid",
        ...(isPrior(s) && { color: p.ink3 }),
      },
      itemStyle: isPrior(s) ? { color: p.ink3 } : undefined,
      areaStyle: isArea || (isSingle && nPoints > 2) ? { opacity: isArea ? 0.18 : 0.07 } : undefined,
      emphasis: { focus: isSingle ? "none" : "series" },
    })),
  };
}

function bars(data: ChartData, p: Palette, kind: ChartKind): EChartsCoreOption {
  const column = data.series[0]?.column as Column;
  const isFlat = kind === "horizontal_bar";
  const isStacked = kind === "stacked_bar";
  const hasLegend = data.series.length > 1;
  const categories = categoryAxis(
    p,
    data.labels,
    isFlat
      ? { inverse: true, axisLabel: { color: p.ink2, fontSize: 12, overflow: "truncate", width: 160, interval: 0 } }
      : {},
  );
  const radius = isFlat ? [0, 3, 3, 0] : [3, 3, 0, 0];
  return {
    ...base(p, hasLegend),
    tooltip: {
      ...tooltipFrame(p),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: p.sunken, opacity: 0.5 } },
      formatter: tooltipOfPoints(data),
    },
    xAxis: isFlat ? valueAxis(p, column) : categories,
    yAxis: isFlat ? categories : valueAxis(p, column),
    series: data.series.map((s) => ({
      type: "bar",
      name: s.name,
      data: s.values,
      stack: isStacked ? "all" : undefined,
      barMaxWidth: 40,
      barCategoryGap: kind === "histogram" ? "4%" : "32%",
      itemStyle: {
        borderRadius: isStacked ? 0 : radius,
        ...(isPrior(s) && { color: p.line }),
        ...(isStacked && { borderColor: p.surface, borderWidth: 1 }),
      },
      emphasis: { focus: hasLegend ? "series" : "none" },
    })),
  };
}

function pie(data: ChartData, p: Palette): EChartsCoreOption {
  const [series] = data.series as [Series];
  return {
    ...base(p, false),
    tooltip: { ...tooltipFrame(p), trigger: "item", formatter: tooltipOfItem(data) },
    series: [
      {
        type: "pie",
        name: series.name,
        radius: ["48%", "76%"],
        data: data.labels.map((name, i) => ({ name, value: series.values[i] ?? 0 })),
        itemStyle: { borderColor: p.surface, borderWidth: 2 },
        label: { color: p.ink2, fontSize: 12, formatter: "{b}  {d} %" },
        labelLine: { lineStyle: { color: p.line } },
      },
    ],
  };
}

function scatter(table: Table, data: ChartData, p: Palette): EChartsCoreOption {
  const [across, up] = numbersOf(table) as [Column, Column];
  const [i, j] = [table.columns.indexOf(across), table.columns.indexOf(up)];
  const named = { nameLocation: "middle", nameGap: 28, nameTextStyle: { color: p.ink2, fontSize: 12 } };
  return {
    ...base(p, false),
    tooltip: { ...tooltipFrame(p), trigger: "item", formatter: tooltipOfItem(data, [across, up]) },
    grid: { left: 8, right: 24, top: 16, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "all" },
    xAxis: { ...valueAxis(p, across, true), ...named, name: titleOf(across) },
    yAxis: { ...valueAxis(p, up, true), ...named, name: titleOf(up), nameGap: 56 },
    series: [
      {
        type: "scatter",
        symbolSize: 10,
        itemStyle: { opacity: 0.7 },
        data: table.rows
          .slice(0, data.keys.length)
          .map((row, at) => ({ name: data.labels[at], value: [toNumber(row[i]), toNumber(row[j])] })),
      },
    ],
  };
}

function heatMap(data: ChartData, p: Palette): EChartsCoreOption {
  const cells = data.series.flatMap((s, y) => s.values.map((value, x) => [x, y, value ?? "-"]));
  const values = data.series.flatMap((s) => s.values).filter((v): v is number => v !== null);
  return {
    ...base(p, false),
    tooltip: { ...tooltipFrame(p), trigger: "item", formatter: tooltipOfItem(data) },
    xAxis: categoryAxis(p, data.labels),
    yAxis: categoryAxis(
      p,
      data.series.map((s) => s.name),
      { inverse: true },
    ),
    visualMap: {
      show: false,
      min: Math.min(...values, 0),
      max: Math.max(...values, 1),
      inRange: { color: [p.sunken, p.series[0]] },
    },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: p.surface, borderWidth: 1 } }],
  };
}

export function chartOption(table: Table, data: ChartData, kind: ChartKind, palette: Palette): EChartsCoreOption {
  if (kind === "line" || kind === "area") return lines(data, palette, kind === "area");
  if (kind === "pie") return pie(data, palette);
  if (kind === "scatter") return scatter(table, data, palette);
  if (kind === "heat_map") return heatMap(data, palette);
  return bars(data, palette, kind);
}

/** How high the chart is, in steps of 8 px: a row of bars each for those that lie, else a fixed size. */
export function chartHeight(data: ChartData | null, kind: ChartKind): number {
  if (!data) return 0;
  if (kind === "horizontal_bar") return Math.max(96, data.keys.length * 16 * (data.series.length + 1) + 40);
  if (kind === "heat_map") return Math.min(720, Math.max(240, data.series.length * 24 + 48));
  return 320;
}
