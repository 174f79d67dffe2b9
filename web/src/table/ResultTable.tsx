/* A result's rows: sorted by any column, a page at a time, numbers to the right in the pack's format. */
import { ActionIcon } from "@mantine/core";
import {
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  getPaginationRowModel,
  getSortedRowModel,
  type Row,
  useReactTable,
} from "@tanstack/react-table";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Column, Scalar, Table, Totals } from "../api/types";
import { formatCount, formatValue, kindOf, titleOf, toNumber } from "../format/format";
import { IconArrowDown, IconArrowUp, IconChevronDown } from "../ui/icons";
import css from "./ResultTable.module.css";

type Cells = Scalar[];

function compare(column: Column, at: number) {
  const isNumber = kindOf(column) === "number" || /^(int64|float64|decimal)/.test(column.type);
  return (a: Row<Cells>, b: Row<Cells>) => {
    const [x, y] = [a.original[at] ?? null, b.original[at] ?? null];
    if (isNumber) return (toNumber(x) ?? 0) - (toNumber(y) ?? 0);
    return String(x).localeCompare(String(y));
  };
}

/** The difference of a growth or change, which is coloured by nothing but its sign's own character. */
function cellText(value: Scalar | undefined, column: Column): string {
  const text = formatValue(value, column);
  const isChange = /\.(change|growth)$/.test(column.name);
  return isChange && (toNumber(value) ?? 0) > 0 ? `+${text}` : text;
}

interface ResultTableProps {
  table: Table;
  totals?: Totals;
  caption: string;
  pageSize?: number;
  /** A group's cell becomes a button that calls this. */
  onPick?: (column: Column, value: Scalar, element: HTMLElement) => void;
}

export function ResultTable({ table, totals, caption, pageSize = 10, onPick }: ResultTableProps) {
  const { t } = useTranslation();
  const columns = useMemo<ColumnDef<Cells>[]>(
    () =>
      table.columns.map((column, at) => ({
        id: `${at}`,
        accessorFn: (row) => row[at] ?? undefined, // undefined is sorted last
        sortingFn: compare(column, at),
        sortUndefined: "last",
        sortDescFirst: kindOf(column) === "number",
        header: titleOf(column),
        cell: ({ row }) => cellText(row.original[at], column),
      })),
    [table.columns],
  );
  const grid = useReactTable({
    data: table.rows,
    columns,
    initialState: { pagination: { pageSize, pageIndex: 0 } },
    autoResetPageIndex: !table.isPart, // who pages through rows that are coming stays there
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getPaginationRowModel: getPaginationRowModel(),
  });
  const { pageIndex } = grid.getState().pagination;
  const n = table.rows.length;
  const alignOf = (at: string) => (kindOf(table.columns[Number(at)] as Column) === "number" ? "right" : undefined);

  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard */}
      <section className={css.scroll} aria-label={caption} tabIndex={0}>
        <table className={css.table}>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            {grid.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header) => {
                  const sorted = header.column.getIsSorted();
                  const order = sorted ? (sorted === "asc" ? "ascending" : "descending") : undefined;
                  return (
                    <th key={header.id} scope="col" data-align={alignOf(header.column.id)} aria-sort={order}>
                      <button type="button" className={css.sort} onClick={header.column.getToggleSortingHandler()}>
                        {flexRender(header.column.columnDef.header, header.getContext())}
                        {sorted === "asc" && <IconArrowUp size={14} aria-hidden="true" />}
                        {sorted === "desc" && <IconArrowDown size={14} aria-hidden="true" />}
                      </button>
                    </th>
                  );
                })}
              </tr>
            ))}
          </thead>
          <tbody>
            {grid.getRowModel().rows.map((row) => (
              <tr key={row.id}>
                {row.getVisibleCells().map((cell) => {
                  const column = table.columns[Number(cell.column.id)] as Column;
                  const text = flexRender(cell.column.columnDef.cell, cell.getContext());
                  const isGroup = onPick && column.role !== "measure";
                  return (
                    <td key={cell.id} data-align={alignOf(cell.column.id)} data-role={column.role}>
                      {isGroup ? (
                        <button
                          type="button"
                          className={css.pick}
                          onClick={(event) =>
                            onPick(column, row.original[Number(cell.column.id)] as Scalar, event.currentTarget)
                          }
                        >
                          {text}
                        </button>
                      ) : (
                        text
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
          {totals && n > 1 && (
            <tfoot>
              <tr>
                {table.columns.map((column, at) => (
                  <td key={column.name} data-align={alignOf(`${at}`)}>
                    {column.role === "measure"
                      ? formatValue(totals.measures[column.name], column)
                      : at === 0
                        ? t("table.total")
                        : ""}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      {n > pageSize && (
        <div className={css.pages}>
          <span className="num" aria-live="polite">
            {t("table.page", {
              from: formatCount(pageIndex * pageSize + 1),
              to: formatCount(Math.min(n, (pageIndex + 1) * pageSize)),
              of: formatCount(n),
            })}
          </span>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("table.before")}
            disabled={!grid.getCanPreviousPage()}
            onClick={() => grid.previousPage()}
          >
            <IconChevronDown size={16} className={css.before} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("table.next")}
            disabled={!grid.getCanNextPage()}
            onClick={() => grid.nextPage()}
          >
            <IconChevronDown size={16} className={css.next} />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}
