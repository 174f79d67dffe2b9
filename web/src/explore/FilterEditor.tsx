/* A test of one member: of its values, its size, or whether it holds. */
import { Button, Checkbox, Loader, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { liveResultQuery } from "../api/queries";
import type { Column, Filter, Member, Scalar, SemanticQuery } from "../api/types";
import { formatValue } from "../format/format";
import { isNumeric } from "../home/definition";
import { stateOfError } from "../ui/State";
import css from "./FilterEditor.module.css";

const N_VALUES = 50;
const NUMBER_OPS = ["gt", "gte", "lt", "lte", "equals", "between"];

export type Test = Extract<Filter, { op: string }>;

interface EditorProps {
  project: string;
  member: Member;
  test?: Test;
  onChange: (test: Test | null) => void;
}

const listOf = (test: Test | undefined): Scalar[] => test?.values ?? (test?.value === undefined ? [] : [test.value]);

function Values({ project, member, test, onChange }: EditorProps) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const [sought] = useDebouncedValue(words.trim(), 150);
  const [chosen, setChosen] = useState(() => new Set<Scalar>(listOf(test)));
  const [isIn, setIn] = useState(test?.op !== "not_in" && test?.op !== "not_equals");
  const query: SemanticQuery = { dimensions: [member.name], order: [[member.name, "asc"]], limit: N_VALUES };
  if (sought && member.type === "text") query.where = [{ member: member.name, op: "contains", values: [sought] }];
  const result = useQuery(liveResultQuery(project, query));
  const column = result.data?.columns[0] as Column;
  const found: Scalar[] = result.data?.rows.map((row) => row[0] as Scalar).filter((value) => value !== null) ?? [];
  const kept = [...chosen].filter((value) => !found.includes(value));

  const toggle = (value: Scalar) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(value)) next.add(value);
      return next;
    });
  const apply = (event: FormEvent) => {
    event.preventDefault();
    onChange(chosen.size === 0 ? null : { member: member.name, op: isIn ? "in" : "not_in", values: [...chosen] });
  };
  return (
    <form className={css.editor} onSubmit={apply}>
      <Select
        size="xs"
        aria-label={t("explore.test")}
        data={[
          { value: "in", label: t("explore.op.in") },
          { value: "not_in", label: t("explore.op.not_in") },
        ]}
        value={isIn ? "in" : "not_in"}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        onChange={(op) => setIn(op === "in")}
      />
      {member.type === "text" && (
        <TextInput
          size="xs"
          aria-label={t("explore.findValue")}
          placeholder={t("explore.findValue")}
          value={words}
          data-autofocus
          rightSection={result.isFetching ? <Loader size={14} /> : null}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      <div className={css.values}>
        {[...kept, ...found].map((value) => (
          <Checkbox
            key={String(value)}
            size="xs"
            label={column ? formatValue(value, column) : String(value)}
            checked={chosen.has(value)}
            onChange={() => toggle(value)}
          />
        ))}
        {result.error && <p className={css.note}>{stateOfError(result.error).text ?? t("state.gone.text")}</p>}
        {result.data && found.length === 0 && <p className={css.note}>{t("explore.noValue")}</p>}
        {found.length === N_VALUES && <p className={css.note}>{t("explore.firstValues", { n: N_VALUES })}</p>}
      </div>
      <Button type="submit" size="xs">
        {t("explore.apply")}
      </Button>
    </form>
  );
}

function Numbers({ member, test, onChange }: EditorProps) {
  const { t } = useTranslation();
  const [op, setOp] = useState(test && NUMBER_OPS.includes(test.op) ? test.op : "gt");
  const [ends, setEnds] = useState(() => listOf(test).map((v) => String(v ?? "")));
  const isPercent = member.format === "percent";
  const needed = op === "between" ? 2 : 1;
  const numbers = ends.slice(0, needed).map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  const isReady = numbers.length === needed && numbers.every(Number.isFinite);
  const set = (at: number, text: string) => setEnds((before) => Object.assign([...before], { [at]: text }));
  const apply = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) onChange({ member: member.name, op, values: numbers });
  };
  return (
    <form className={css.editor} onSubmit={apply}>
      <Select
        size="xs"
        aria-label={t("explore.test")}
        data={NUMBER_OPS.map((value) => ({ value, label: t(`explore.op.${value}`) }))}
        value={op}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        onChange={(value) => value && setOp(value)}
      />
      {Array.from({ length: needed }, (_, at) => (
        <TextInput
          // biome-ignore lint/suspicious/noArrayIndexKey: the ends of a span are told apart by their place alone
          key={at}
          size="xs"
          type="number"
          step="any"
          aria-label={at === 0 ? t("explore.value") : t("explore.upTo")}
          placeholder={isPercent ? "0.25 = 25 %" : member.unit}
          value={ends[at] ?? ""}
          data-autofocus={at === 0 || undefined}
          onChange={(event) => set(at, event.currentTarget.value)}
        />
      ))}
      <Button type="submit" size="xs" disabled={!isReady}>
        {t("explore.apply")}
      </Button>
    </form>
  );
}

function Truth({ member, onChange }: EditorProps) {
  const { t } = useTranslation();
  const choose = (value: boolean) => onChange({ member: member.name, op: "equals", values: [value] });
  return (
    <div className={css.truth}>
      <Button size="xs" variant="default" data-autofocus onClick={() => choose(true)}>
        {t("explore.yes")}
      </Button>
      <Button size="xs" variant="default" onClick={() => choose(false)}>
        {t("explore.no")}
      </Button>
    </div>
  );
}

export function FilterEditor(props: EditorProps) {
  const { member } = props;
  const isSize =
    isNumeric(member) && (member.kind === "measure" || member.type !== "int64" || member.unit !== undefined);
  const Editor = member.type === "bool" ? Truth : isSize ? Numbers : Values;
  return (
    <div className={css.frame}>
      <h3>{member.title}</h3>
      <Editor {...props} />
    </div>
  );
}
