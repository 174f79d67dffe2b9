import type { Filter, Scalar } from "../api/types";
import type { Members } from "./members";

type Translate = (key: string, options?: Record<string, unknown>) => string;

const N_SHOWN = 3;

function valuesText(values: Scalar[], t: Translate): string {
  const words = values
    .slice(0, N_SHOWN)
    .map((v) => (typeof v === "boolean" ? t(v ? "explore.yes" : "explore.no") : String(v ?? "–")));
  const more = values.length - words.length;
  return words.join(", ") + (more > 0 ? ` ${t("explore.andMore", { n: more })}` : "");
}

/** A filter in few words, for its chip. */
export function filterText(filter: Filter, members: Members, t: Translate): string {
  const named = (name: string) => {
    const member = members.get(name);
    return member ? member.title : name;
  };
  if (typeof filter === "string") return named(filter);
  if ("not" in filter) return t("explore.not", { filter: filterText(filter.not, members, t) });
  if ("and" in filter) return filter.and.map((one) => filterText(one, members, t)).join(" & ");
  if ("or" in filter) return filter.or.map((one) => filterText(one, members, t)).join(" / ");
  if ("expr" in filter) return filter.expr;
  const values = filter.values ?? (filter.value === undefined ? [] : [filter.value]);
  const text = filter.query
    ? t("explore.innerQuery")
    : filter.op === "between"
      ? values.map(String).join(" – ")
      : valuesText(values, t);
  return `${named(filter.member)} ${t(`explore.opShort.${filter.op}`, { defaultValue: filter.op })} ${text}`.trim();
}
