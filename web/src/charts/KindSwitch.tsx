import { SegmentedControl, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import {
  IconChartArea,
  IconChartBar,
  IconChartDots,
  IconChartLine,
  IconChartPie,
  IconGrid,
  IconStack,
  IconTable,
} from "../ui/icons";
import css from "./KindSwitch.module.css";
import type { ChartKind } from "./kinds";

const ICONS: Record<ChartKind, typeof IconTable> = {
  kpi: IconTable,
  line: IconChartLine,
  area: IconChartArea,
  bar: IconChartBar,
  stacked_bar: IconStack,
  horizontal_bar: IconChartBar,
  pie: IconChartPie,
  scatter: IconChartDots,
  histogram: IconChartBar,
  heat_map: IconGrid,
  table: IconTable,
};

interface KindSwitchProps {
  kinds: ChartKind[];
  value: ChartKind;
  onChange: (kind: ChartKind) => void;
}

/** How a result is shown: a row of icons, each with its name for those who hover or listen. */
export function KindSwitch({ kinds, value, onChange }: KindSwitchProps) {
  const { t } = useTranslation();
  if (kinds.length < 2) return null;
  const data = kinds.map((kind) => {
    const Icon = ICONS[kind];
    return {
      value: kind,
      label: (
        <Tooltip label={t(`chart.${kind}`)}>
          <span className={css.kind} data-kind={kind}>
            <Icon size={16} stroke={1.75} aria-hidden="true" />
            <span className="visually-hidden">{t(`chart.${kind}`)}</span>
          </span>
        </Tooltip>
      ),
    };
  });
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("chart.as")}
      data={data}
      value={value}
      onChange={(kind) => onChange(kind as ChartKind)}
    />
  );
}
