/* The contract's types under the app's names. schema.ts is generated from api/openapi.json (`npm run api`); what the contract
   leaves open, cells and the semantic query, is said here. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
type AnswerOf<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer T } } } };
}
  ? T
  : never;

export type Scalar = string | number | boolean | null;

/** A result's column; one of a plain list has no member. */
export type Column = Schemas["Column"];

/** A result: its columns, and of each row the cells in their order. */
export interface Table {
  columns: Column[];
  rows: Scalar[][];
  truncated?: boolean;
  /** Its rows are still coming, or were stopped: what the document has behind them is not there. */
  isPart?: boolean;
}

export type ChartSpec = Schemas["Chart"];
export type Period = Schemas["Period"];
export type Totals = Omit<Schemas["Total"], "measures"> & { measures: Record<string, Scalar> };

export type QueryResult = Omit<Schemas["QueryAnswer"], "rows" | "totals"> & Table & { totals?: Totals[] };

export type Explanation = Schemas["Explanation"];

export interface Alternative {
  reading: string;
  query: SemanticQuery | null;
}

export type Answer = Omit<Schemas["AskAnswer"], "rows" | "query" | "alternatives"> &
  Table & { query: SemanticQuery | null; alternatives: Alternative[]; period?: Period };

export type Member = Schemas["Member"];
export type Model = Schemas["Model"];

export type Status = AnswerOf<"/api/v1/status">;
export type ProjectStatus = Status["projects"][number];
export type Projects = AnswerOf<"/api/v1/projects">;
export type Questions = AnswerOf<"/api/v1/questions">;

export type Job = Schemas["Job"];
export type DataEvent = Schemas["DataEvent"];
export type Problem = Schemas["Problem"];

/* ---- the semantic query: docs/semantic-query.md ---- */

export type Named = string | { expr: string; as: string; fill?: boolean };

export type Filter =
  | string
  | { member: string; op: string; values?: Scalar[]; value?: Scalar; query?: SemanticQuery }
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { expr: string };

export type Range = Scalar | [Scalar, Scalar];

export interface QueryTime {
  dimension?: string;
  grain?: string;
  range?: Range;
  fill?: boolean;
  compare?: string;
}

export interface SemanticQuery {
  v?: number;
  source?: string | SemanticQuery;
  measures?: Named[];
  dimensions?: Named[];
  rows?: string[];
  time?: QueryTime;
  where?: Filter[] | Filter;
  having?: Filter[] | Filter;
  order?: (string | [string, string])[];
  limit?: number;
  limit_per?: { by: string[]; n: number };
  offset?: number;
  others?: boolean;
  totals?: string[];
  unknown?: boolean;
}
