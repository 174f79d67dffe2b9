/* What a chart says of the mark under the pointer: as elements, for the content policy forbids styles in markup. */
import type { Column } from "../api/types";
import { formatValue, titleOf } from "../format/format";
import type { ChartData } from "./option";
import css from "./tooltip.module.css";

interface Param {
  dataIndex: number;
  seriesIndex?: number;
  color?: unknown;
  name?: string;
  value?: unknown;
}

function element(tag: string, className: string | undefined, text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function line(color: unknown, name: string, value: string): HTMLElement {
  const made = element("div", css.line);
  if (typeof color === "string") {
    const dot = element("span", css.dot);
    dot.style.background = color;
    made.append(dot);
  }
  made.append(element("span", css.name, name), element("span", css.value, value));
  return made;
}

function box(title: string, lines: HTMLElement[]): HTMLElement {
  const made = element("div", css.box);
  made.append(element("div", css.title, title), ...lines);
  return made;
}

const MAX_LINES = 12;

/** Of all series at one place of the axis, the largest first where there are many. */
export function tooltipOfPoints(data: ChartData) {
  return (params: Param | Param[]) => {
    const list = Array.isArray(params) ? params : [params];
    const at = list[0]?.dataIndex ?? 0;
    const rows = list.map((param) => ({ param, series: data.series[param.seriesIndex ?? 0] }));
    if (rows.length > 3) rows.sort((a, b) => (b.series?.values[at] ?? 0) - (a.series?.values[at] ?? 0));
    const lines = rows
      .slice(0, MAX_LINES)
      .flatMap(({ param, series }) =>
        series
          ? [line(list.length > 1 ? param.color : null, series.name, formatValue(series.values[at], series.column))]
          : [],
      );
    return box(data.labels[at] ?? "", lines);
  };
}

/** Of one mark: a slice, a point (whose two columns are given), a cell. */
export function tooltipOfItem(data: ChartData, columns?: [Column, Column]) {
  return (param: Param | Param[]) => {
    const one = Array.isArray(param) ? param[0] : param;
    if (!one) return "";
    const value = Array.isArray(one.value) ? one.value : [one.value];
    if (columns)
      return box(
        one.name ?? "",
        columns.map((c, i) => line(null, titleOf(c), formatValue(value[i] as number, c))),
      );
    const isCell = value.length === 3;
    const series = data.series[isCell ? (value[1] as number) : 0];
    if (!series) return "";
    const at = isCell ? (value[0] as number) : one.dataIndex;
    const title = isCell ? `${data.labels[at]} · ${series.name}` : (data.labels[at] ?? "");
    return box(title, [line(null, titleOf(series.column), formatValue(series.values[at], series.column))]);
  };
}
