/* The model's members as the page offers them: in groups, with the parts of dates that rows can be grouped by. */
import type { Member, Model } from "../api/types";

export interface Group {
  key: string;
  title: string;
  members: Member[];
  isClosed?: boolean;
}

const PARTS = ["weekday", "month_of_year", "quarter_of_year", "hour_of_day"] as const;

type Translate = (key: string) => string;

function partsOf(time: Member, t: Translate): Member[] {
  const parts = PARTS.filter((part) => part !== "hour_of_day" || time.type === "timestamp");
  return parts.map((part) => ({
    kind: "attribute",
    name: `${time.name}.${part}`,
    title: `${time.title}: ${t(`explore.part.${part}`)}`,
    of: time.of,
    type: "int64",
    facts: time.facts,
  }));
}

export function groupsOf(model: Model, t: Translate): Group[] {
  const all = model.members;
  const facts = all.filter((m) => m.kind === "fact");
  const dimensions = all.filter((m) => m.kind === "dimension");
  const attributesOf = (name: string) => all.filter((m) => m.kind === "attribute" && m.of === name);
  const groups: Group[] = [
    { key: "measures", title: t("explore.measures"), members: all.filter((m) => m.kind === "measure") },
    ...dimensions.map((d) => ({ key: d.name, title: d.title, members: attributesOf(d.name) })),
    ...facts.map((f) => ({ key: f.name, title: f.title, members: attributesOf(f.name) })),
    { key: "filters", title: t("explore.named"), members: all.filter((m) => m.kind === "filter") },
    {
      key: "parts",
      title: t("explore.parts"),
      members: all.filter((m) => m.kind === "time").flatMap((m) => partsOf(m, t)),
      isClosed: true,
    },
    {
      key: "columns",
      title: t("explore.columns"),
      members: all.filter((m) => m.kind === "column" && m.aggregate),
      isClosed: true,
    },
  ];
  return groups.filter((group) => group.members.length > 0);
}

export function matches(member: Member, words: string): boolean {
  const text = [member.title, member.name, ...(member.synonyms ?? [])].join(" ").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export type Members = Map<string, Member>;

export function memberMap(groups: Group[], model: Model): Members {
  return new Map([...model.members, ...groups.flatMap((group) => group.members)].map((m) => [m.name, m]));
}

export function titleOfName(name: string, members: Members): string {
  const member = members.get(name);
  return member ? member.title : name;
}
