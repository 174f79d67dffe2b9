/* Values as a person reads them, by what the result's column says of itself. */
import type { Column, Scalar } from "../api/types";

const LANGUAGE = "en-US"; // the app's one so far
const EMPTY = "–";

/** The pack's check knows the shape of a tag, the browser its rules. */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** What the pack says of numbers and dates; undefined: as the app's language has them, days first, as the server writes in sentences. */
let packLocale: string | undefined;

export function setLocale(locale: string | undefined): void {
  const next = locale && isLocale(locale) ? locale : undefined;
  if (next === packLocale) return;
  packLocale = next;
  formatters.clear();
  dates.clear();
}

export type Kind = "number" | "time" | "text" | "bool";

export function kindOf(column: Column): Kind {
  if (column.role === "time" || column.type === "date" || column.type === "timestamp") return "time";
  if (column.type === "bool") return "bool";
  const isNumber = /^(int64|float64|decimal)/.test(column.type);
  return isNumber && column.format !== "text" && !isNamedPart(column) ? "number" : "text";
}

export function toNumber(value: Scalar | undefined): number | null {
  if (value === null || value === undefined || value === "" || typeof value === "boolean") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/* ---- numbers ---- */

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(packLocale ?? LANGUAGE, options);
    formatters.set(key, found);
  }
  return found;
}

function isCurrency(column: Column): boolean {
  return column.format === "currency" && /^[A-Z]{3}$/.test(column.unit ?? "");
}

function decimals(column: Column, fallback: number): number {
  if (column.decimals !== undefined) return column.decimals;
  if (column.format === "integer" || column.type === "int64") return 0;
  return fallback;
}

/** full: as the pack has it; short: three digits, for tiles and lists; axis: the same without trailing zeros. */
export type Length = "full" | "short" | "axis";

function shortOptions(number: number, column: Column, length: Length): Intl.NumberFormatOptions {
  const size = Math.abs(number);
  if (size >= 10_000) {
    return {
      notation: "compact",
      maximumSignificantDigits: 3,
      ...(length === "short" && { minimumSignificantDigits: 3 }),
    };
  }
  const most = size >= 1000 || (Number.isInteger(number) && !column.decimals) ? 0 : 2;
  const fixed = length === "short" ? Math.min(column.decimals ?? 0, most) : 0; // one below the other they are alike
  return { minimumFractionDigits: fixed, maximumFractionDigits: most };
}

function numberOptions(number: number, column: Column, length: Length): Intl.NumberFormatOptions {
  const currency: Intl.NumberFormatOptions = isCurrency(column) ? { style: "currency", currency: column.unit } : {};
  if (length !== "full") return { ...currency, ...shortOptions(number, column, length) };
  const n = decimals(column, 2);
  const isFixed = column.decimals !== undefined || isCurrency(column);
  return { ...currency, minimumFractionDigits: isFixed ? n : 0, maximumFractionDigits: n };
}

function unitOf(column: Column): string {
  if (!column.unit || column.format === "currency" || column.format === "percent") return "";
  return `\u00a0${column.unit}`;
}

/** With the minus sign, which is as wide as the plus. */
const minus = (text: string) => text.replace("-", "\u2212");

export function formatPercent(ratio: number, digits = 1): string {
  const percent = formatter({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${minus(percent.format(ratio * 100))}\u00a0%`;
}

/** The difference of two ratios. */
export function formatPoints(difference: number): string {
  const points = formatter({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return `${minus(points.format(difference * 100))}\u00a0pts`;
}

export function formatNumber(number: number, column: Column, length: Length = "full"): string {
  if (column.format === "percent") return formatPercent(number, length === "axis" ? 0 : (column.decimals ?? 1));
  return minus(formatter(numberOptions(number, column, length)).format(number)) + unitOf(column);
}

export const formatCount = (n: number) => formatter({ maximumFractionDigits: 0 }).format(n);

/* ---- times ---- */

const dates = new Map<string, Intl.DateTimeFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions, own: string): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let found = dates.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(packLocale ?? own, { ...options, timeZone: "UTC" });
    dates.set(key, found);
  }
  return found;
}

const monthName = (month: number) => dateFormat({ month: "short" }, LANGUAGE).format(Date.UTC(2024, month - 1, 1));
const weekdayName = (day: number) => dateFormat({ weekday: "long" }, LANGUAGE).format(Date.UTC(2024, 0, day));

function dayOf(year: number, month: number, day: number | undefined): string {
  const date = Date.UTC(year, month - 1, day ?? 1);
  if (packLocale)
    return dateFormat({ day: day ? "numeric" : undefined, month: "short", year: "numeric" }, packLocale).format(date);
  return [day, monthName(month), year].filter((part) => part !== undefined).join(" ");
}

/** "2014-03" → "Mar 2014", "2014-Q1" → "Q1 2014", "2014-03-07" → "7 Mar 2014", "2014-03-07T10" → "7 Mar 2014, 10:00" */
export function formatTime(text: string): string {
  const period = /^((?:FY)?\d{4})-([QW]\d+)$/.exec(text);
  if (period) return `${period[2]} ${period[1]}`;
  const parts = /^(\d{4})-(\d\d)(?:-(\d\d))?(?:T(\d\d)(?::(\d\d))?)?/.exec(text);
  if (!parts) return text;
  const day = dayOf(Number(parts[1]), Number(parts[2]), parts[3] ? Number(parts[3]) : undefined);
  return parts[4] ? `${day}, ${parts[4]}:${parts[5] ?? "00"}` : day;
}

export function formatDay(day: Scalar): string {
  const date = new Date(`${String(day).slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return String(day);
  return dateFormat({ day: "numeric", month: "long", year: "numeric" }, "en-GB").format(date);
}

function isNamedPart(column: Column): boolean {
  return /\.(weekday|month_of_year)$/.test(column.member ?? "");
}

function namedPart(column: Column, value: Scalar): string {
  const nth = Number(value);
  const isWeekday = column.member?.endsWith(".weekday");
  if (!(nth >= 1 && nth <= (isWeekday ? 7 : 12))) return String(value);
  return isWeekday ? weekdayName(nth) : monthName(nth);
}

/** A period as the server tells it, its days in words: "2014-01-01 to 2014-12-31" */
export function formatPeriod(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\d/g, (day) => formatDay(day));
}

/* ---- any value ---- */

export function formatValue(value: Scalar | undefined, column: Column, length: Length = "full"): string {
  if (value === null || value === undefined) return EMPTY;
  const kind = kindOf(column);
  if (kind === "number") {
    const number = toNumber(value);
    return number === null ? String(value) : formatNumber(number, column, length);
  }
  if (kind === "time") return formatTime(String(value));
  if (isNamedPart(column)) return namedPart(column, value);
  if (kind === "bool") return value ? "Yes" : "No";
  return value === "" ? EMPTY : String(value);
}

/** What a column is called in a query. */
export const memberOf = (column: Column) => column.member ?? column.name;

export const titleOf = (column: Column) => column.title ?? column.name;

/* ---- ages ---- */

const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto", style: "short" });

export function formatAgo(seconds: number): string {
  if (seconds < 5) return "just now";
  if (seconds < 60) return relative.format(-Math.round(seconds), "second");
  if (seconds < 3600) return relative.format(-Math.round(seconds / 60), "minute");
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), "hour");
  return relative.format(-Math.round(seconds / 86_400), "day");
}

export function formatDuration(us: number): string {
  if (us < 1000) return "under 1 ms";
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  return `${(us / 1_000_000).toFixed(us < 10_000_000 ? 1 : 0)} s`;
}
