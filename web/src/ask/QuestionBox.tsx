import { ActionIcon, Autocomplete } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { suggestionsQuery } from "../api/queries";
import type { Model } from "../api/types";
import { IconArrowUp, IconSearch } from "../ui/icons";
import css from "./QuestionBox.module.css";
import { suggestionsOf } from "./suggestions";

interface QuestionBoxProps {
  project: string;
  model: Model;
  /** A question that goes on from those before it: other words to invite it. */
  isFollowUp?: boolean;
  isFocused?: boolean;
  onAsk: (question: string) => void;
}

/** Where questions are typed; below it what the pack and the past suggest. */
export function QuestionBox({ project, model, isFollowUp, isFocused, onAsk }: QuestionBoxProps) {
  const { t } = useTranslation();
  const { data } = useQuery(suggestionsQuery(project));
  const [text, setText] = useState("");
  const taken = useRef<string | null>(null);
  const groups = useMemo(() => {
    const { examples, history } = suggestionsOf(model, data);
    return [
      { group: t("ask.history"), items: history.slice(0, 6) },
      { group: t("ask.examples"), items: examples.filter((one) => !history.slice(0, 6).includes(one)) },
    ].filter((one) => one.items.length > 0);
  }, [model, data, t]);

  const ask = (question: string) => {
    const clean = question.trim();
    if (!clean) return;
    setText("");
    onAsk(clean);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(text);
  };
  const label = t(isFollowUp ? "ask.followUp" : "ask.placeholder");
  return (
    <search>
      <form className={css.form} onSubmit={submit}>
        <Autocomplete
          classNames={{ input: css.input, section: css.section }}
          aria-label={label}
          placeholder={label}
          data={isFollowUp ? [] : groups}
          limit={12}
          maxDropdownHeight={360}
          value={text}
          onChange={(next) => {
            // A suggestion that was taken is asked, not left in the box.
            if (taken.current === next) taken.current = null;
            else setText(next);
          }}
          onOptionSubmit={(value) => {
            taken.current = value;
            ask(value);
          }}
          autoFocus={isFocused}
          openOnFocus={!isFocused}
          maxLength={2000}
          leftSection={<IconSearch size={20} stroke={1.75} aria-hidden="true" />}
          rightSection={
            <ActionIcon type="submit" size={36} aria-label={t("ask.submit")} disabled={text.trim() === ""}>
              <IconArrowUp size={20} />
            </ActionIcon>
          }
          rightSectionPointerEvents="all"
        />
      </form>
    </search>
  );
}
