import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCopy } from "../ui/files";
import { IconCheck, IconCopy } from "../ui/icons";
import { Panel } from "../ui/Panel";
import css from "./Actions.module.css";
import { breakLines } from "./sqlLines";

/** SQL to read and to copy. */
export function Sql({ text }: { text: string }) {
  const { t } = useTranslation();
  const { isCopied, copy } = useCopy();
  return (
    <Panel className={css.panel} label="SQL">
      <div className={css.head}>
        <h3>SQL</h3>
        <Button
          variant="default"
          size="xs"
          leftSection={isCopied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          onClick={() => copy(text)}
        >
          {isCopied ? t("ask.copied") : t("ask.copy")}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className={css.code} tabIndex={0}>
        {breakLines(text)}
      </pre>
    </Panel>
  );
}
